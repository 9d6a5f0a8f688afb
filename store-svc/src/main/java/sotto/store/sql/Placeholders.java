package sotto.store.sql;

import java.util.ArrayList;
import java.util.List;

/// Lists in statements, of few sizes, so that few statements are prepared.
public final class Placeholders {
  private Placeholders() {}

  /// Question marks for an `IN` list of at least so many values: a power of two of them.
  public static String in(int values) {
    return "(" + "?,".repeat(padded(values) - 1) + "?)";
  }

  /// The values for [#in], the last one repeated up to the list's size.
  public static List<Object> fill(List<?> values) {
    List<Object> filled = new ArrayList<>(values);
    while (filled.size() < padded(values.size())) {
      filled.add(values.getLast());
    }
    return filled;
  }

  private static int padded(int values) {
    int size = Integer.highestOneBit(values);
    return size == values ? size : size << 1;
  }
}
