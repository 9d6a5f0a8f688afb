package sotto.group;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// What a change does to its group. Accounts stand in ascending order, each once.
public sealed interface Action {
  /// Revision 0: the group comes to be.
  ///
  /// @param nonce 32 random bytes, so that no two groups are one
  /// @param members 1 to 1,024, the author an owner among them
  /// @param options how it is used
  /// @param attributes what it is called
  record Found(
      Bytes nonce,
      SortedMap<AccountId, Role> members,
      GroupOptions options,
      SealedAttributes attributes)
      implements Action {
    /// The size of the nonce in bytes.
    public static final int NONCE_LENGTH = 32;

    /// Copies and checks the bounds.
    ///
    /// @throws IllegalArgumentException if one is broken
    public Found {
      if (nonce.length() != NONCE_LENGTH) {
        throw new IllegalArgumentException("a nonce has 32 bytes, not " + nonce.length());
      }
      members = Collections.unmodifiableSortedMap(new TreeMap<>((Map<AccountId, Role>) members));
      bounded(members.size(), GroupChain.MAX_MEMBERS);
    }
  }

  /// Accounts become members.
  ///
  /// @param accounts 1 to 1,023
  /// @param role the role of each
  record AddMembers(SortedSet<AccountId> accounts, Role role) implements Action {
    /// Copies and checks the bounds.
    ///
    /// @throws IllegalArgumentException if there are too few or too many
    public AddMembers {
      accounts = sorted(accounts, GroupChain.MAX_MEMBERS - 1);
    }

    /// Takes the accounts in any order.
    public AddMembers(Collection<AccountId> accounts, Role role) {
      this(new TreeSet<>(accounts), role);
    }
  }

  /// Others are members no longer, and cannot come back by link.
  ///
  /// @param accounts 1 to 1,023
  record RemoveMembers(SortedSet<AccountId> accounts) implements Action {
    /// Copies and checks the bounds.
    ///
    /// @throws IllegalArgumentException if there are too few or too many
    public RemoveMembers {
      accounts = sorted(accounts, GroupChain.MAX_MEMBERS - 1);
    }

    /// Takes the accounts in any order.
    public RemoveMembers(Collection<AccountId> accounts) {
      this(new TreeSet<>(accounts));
    }
  }

  /// The author is a member no longer. The last member's leave ends the group.
  record Leave() implements Action {}

  /// A member gets another role.
  ///
  /// @param account the member
  /// @param role the role
  record SetRole(AccountId account, Role role) implements Action {}

  /// Another title, description or picture.
  ///
  /// @param attributes all of them
  record SetAttributes(SealedAttributes attributes) implements Action {}

  /// Other options.
  ///
  /// @param options all of them
  record SetOptions(GroupOptions options) implements Action {}

  /// Another invite link, or the same on other terms. Drops all pending requests.
  ///
  /// @param link the link
  record SetLink(InviteLink link) implements Action {}

  /// No invite link from here on. Drops all pending requests.
  record DropLink() implements Action {}

  /// The author, who has the link, becomes a member.
  ///
  /// @param proof by the link's key, for the author
  record Join(JoinProof proof) implements Action {}

  /// The author, who has the link, asks to become a member.
  ///
  /// @param proof by the link's key, for the author
  record RequestToJoin(JoinProof proof) implements Action {}

  /// Accounts that asked become members.
  ///
  /// @param accounts 1 to 256
  record Approve(SortedSet<AccountId> accounts) implements Action {
    /// Copies and checks the bounds.
    ///
    /// @throws IllegalArgumentException if there are too few or too many
    public Approve {
      accounts = sorted(accounts, GroupChain.MAX_REQUESTS);
    }

    /// Takes the accounts in any order.
    public Approve(Collection<AccountId> accounts) {
      this(new TreeSet<>(accounts));
    }
  }

  /// Accounts that asked do not become members, and cannot ask again.
  ///
  /// @param accounts 1 to 256
  record Decline(SortedSet<AccountId> accounts) implements Action {
    /// Copies and checks the bounds.
    ///
    /// @throws IllegalArgumentException if there are too few or too many
    public Decline {
      accounts = sorted(accounts, GroupChain.MAX_REQUESTS);
    }

    /// Takes the accounts in any order.
    public Decline(Collection<AccountId> accounts) {
      this(new TreeSet<>(accounts));
    }
  }

  /// The group ends; no change follows.
  record End() implements Action {}

  private static SortedSet<AccountId> sorted(Collection<AccountId> accounts, int most) {
    SortedSet<AccountId> sorted = new TreeSet<>(accounts);
    bounded(sorted.size(), most);
    return Collections.unmodifiableSortedSet(sorted);
  }

  private static void bounded(int size, int most) {
    if (size < 1 || size > most) {
      throw new IllegalArgumentException("1 to " + most + " accounts, not " + size);
    }
  }
}
