package sotto.group;

import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Ed25519PublicKey;

/// What a reader of a chain makes of the signatures in it.
sealed interface Signatures {
  /// Why a change's signature does not do, or empty if it does.
  Optional<GroupRefusal> refusal(GroupChange change);

  /// Whether the proof lets an account in.
  boolean hold(JoinProof proof, Ed25519PublicKey link, GroupId group, AccountId account);

  /// Each is checked, with the keys that somebody vouches for.
  ///
  /// @param authors who does
  record Checked(Authors authors) implements Signatures {
    @Override
    public Optional<GroupRefusal> refusal(GroupChange change) {
      Optional<Ed25519PublicKey> key = authors.key(change.body().author());
      if (key.isEmpty()) {
        return Optional.of(GroupRefusal.UNKNOWN_AUTHOR);
      }
      return change.signedBy(key.get())
          ? Optional.empty()
          : Optional.of(GroupRefusal.BAD_SIGNATURE);
    }

    @Override
    public boolean hold(JoinProof proof, Ed25519PublicKey link, GroupId group, AccountId account) {
      return proof.holds(link, group, account);
    }
  }

  /// They were checked when the change was taken, by whoever has kept it since.
  record CheckedBefore() implements Signatures {
    @Override
    public Optional<GroupRefusal> refusal(GroupChange change) {
      return Optional.empty();
    }

    @Override
    public boolean hold(JoinProof proof, Ed25519PublicKey link, GroupId group, AccountId account) {
      return true;
    }
  }
}
