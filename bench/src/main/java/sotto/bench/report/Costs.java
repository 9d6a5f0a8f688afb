package sotto.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// What things cost, by name, in figures that mean the same on another machine: ratios and counts,
/// no times. Less is better.
public final class Costs {
  private static final Gson JSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final Map<String, Double> figures;

  /// One cost beside what it was.
  ///
  /// @param name what costs it
  /// @param recorded what it was; empty = that was not recorded
  /// @param now what it is
  /// @param allowed how many times as much it may be
  public record Beside(String name, Optional<Double> recorded, double now, double allowed) {
    /// Whether it is more than allowed. What is no number is.
    public boolean worse() {
      return recorded.isPresent() && !(now <= recorded.get() * allowed);
    }

    /// How many times as much it is; not a number if nothing was recorded.
    public double times() {
      return recorded.map(before -> now / before).orElse(Double.NaN);
    }
  }

  /// Of these figures.
  public Costs(Map<String, Double> figures) {
    this.figures = new TreeMap<>(figures);
  }

  /// What a file records.
  ///
  /// @throws IOException if it is not there or has another form
  public static Costs read(Path file) throws IOException {
    try {
      Map<String, Double> read =
          JSON.fromJson(
              Files.readString(file), new TypeToken<TreeMap<String, Double>>() {}.getType());
      if (read == null
          || read.isEmpty()
          || read.values().stream().anyMatch(f -> f == null || !(f > 0))) {
        throw new IOException(file + " has no figures, or one that is none");
      }
      return new Costs(read);
    } catch (JsonParseException | NumberFormatException e) {
      throw new IOException(file + " is not what --record writes", e);
    }
  }

  /// Records them.
  public void write(Path file) throws IOException {
    Files.writeString(file, JSON.toJson(figures) + "\n");
  }

  /// These costs beside what was recorded, by name.
  ///
  /// @param allowed how many times as much each may be; has every name
  public List<Beside> beside(Costs recorded, Map<String, Double> allowed) {
    List<Beside> all = new ArrayList<>();
    figures.forEach((name, now) ->
        all.add(
            new Beside(
                name,
                Optional.ofNullable(recorded.figures.get(name)),
                now,
                Objects.requireNonNull(allowed.get(name), name))));
    return all;
  }
}
