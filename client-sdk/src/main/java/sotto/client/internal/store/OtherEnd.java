package sotto.client.internal.store;

import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.crypto.GroupKey;
import sotto.group.GroupId;

/// The other end of a conversation, as history outside the store names it.
public sealed interface OtherEnd {
  /// What is compared: 16 bytes.
  Bytes id();

  /// Somebody.
  ///
  /// @param account who
  /// @param hint the username that the contact had; may be empty
  record Person(AccountId account, String hint) implements OtherEnd {
    @Override
    public Bytes id() {
      return Bytes.of(account.bytes());
    }
  }

  /// The members of a group.
  ///
  /// @param group the group
  /// @param key what its name is encrypted with
  record InGroup(GroupId group, GroupKey key) implements OtherEnd {
    @Override
    public Bytes id() {
      return Bytes.of(group.bytes());
    }
  }
}
