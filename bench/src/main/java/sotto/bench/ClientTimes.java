package sotto.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import sotto.bench.report.Ratio;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// Processor time of SDKs by phase, in two ways that take turns.
///
/// @param sender µs for a recipient, of who sends
/// @param recipients µs for a recipient, of those who receive and confirm
/// @param confirmed µs for a recipient, of the sender with the confirmations
record ClientTimes(double sender, double recipients, double confirmed) {
  private static final double MICRO = 1e3;

  /// Of nanoseconds for so many recipients.
  static ClientTimes of(long sender, long recipients, long confirmed, int count) {
    return new ClientTimes(
        micros(sender, count), micros(recipients, count), micros(confirmed, count));
  }

  /// Of nanoseconds, µs for one of so many recipients.
  static double micros(long nanos, int recipients) {
    return nanos / MICRO / recipients;
  }

  /// Both ways, one figure each a trial.
  record Compared(List<ClientTimes> ours, List<ClientTimes> base) {
    Compared() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    void add(boolean isOurs, ClientTimes times) {
      (isOurs ? ours : base).add(times);
    }

    /// Adds a row for each side; confirmations are too little beside what opening takes.
    void into(Table table, String prefix) {
      row(table, prefix + "sender", ours, base, ClientTimes::sender);
      row(table, prefix + "recipients", ours, base, ClientTimes::recipients);
    }

    private static void row(
        Table table,
        String what,
        List<ClientTimes> ours,
        List<ClientTimes> base,
        ToDoubleFunction<ClientTimes> phase) {
      double[] our = ours.stream().mapToDouble(phase).toArray();
      double[] bases = base.stream().mapToDouble(phase).toArray();
      Ratio ratio = Ratio.of(our, bases);
      table.row(
          what, Ratio.median(our), Ratio.median(bases), ratio.median(), ratio.low(), ratio.high());
    }
  }

  /// A table for comparisons.
  static Table compared(String title, String note, String ours, String base) {
    return new Table(
        title,
        note,
        new Column("processor µs for a recipient", 0),
        new Column(ours, 0),
        new Column(base, 0),
        new Column("ratio", 3),
        new Column("lowest", 3),
        new Column("highest", 3));
  }
}
