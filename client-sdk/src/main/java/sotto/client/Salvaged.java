package sotto.client;

import java.util.List;
import java.util.Optional;

/// What could be read of a damaged store, and is in a new home.
///
/// @param kinds what there is of each kind: `settings`, `contacts`, `chains`, `messages`, `files`,
///   `keys`, `unsent`, `received`, `events`, `archive`, `downloads`
public record Salvaged(List<Kind> kinds) {
  /// Copies the list.
  public Salvaged {
    kinds = List.copyOf(kinds);
  }

  /// What there is of one kind.
  ///
  /// @param name the kind
  /// @param kept how many rows the new home has
  /// @param lost how many could not be read; empty if nothing tells any more
  public record Kind(String name, long kept, Optional<Long> lost) {}

  /// Whether nothing is known to be lost.
  public boolean whole() {
    return kinds.stream().allMatch(kind -> kind.lost().equals(Optional.of(0L)));
  }
}
