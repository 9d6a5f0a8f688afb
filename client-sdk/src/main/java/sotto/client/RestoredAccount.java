package sotto.client;

import java.util.List;

/// What came of restoring an account.
///
/// @param account the account; this home is a new device of it
/// @param messages how many messages are back; those in the archive come when somebody looks
/// @param unreadable how many parts of the backup could not be read
/// @param others the account's other devices, which are still in its list
public record RestoredAccount(Account account, long messages, int unreadable, List<Device> others) {
  /// Copies the list.
  public RestoredAccount {
    others = List.copyOf(others);
  }
}
