package sotto.client.internal.store;

import java.util.Optional;
import java.util.UUID;
import sotto.chain.Bytes;
import sotto.client.Contact;
import sotto.crypto.GroupKey;
import sotto.group.ChangeHash;
import sotto.group.GroupId;

/// A group as the store has it, without its changes.
///
/// @param contact the conversation
/// @param id the group
/// @param key what its name is encrypted with
/// @param accepted whether receipts of reading go to its members
/// @param behind whether its changes have to be fetched
/// @param anchor how far its chain goes at least, as its members said
/// @param forked whether the chain was seen to say two things: nothing goes there
/// @param title what it is called; empty = not known
/// @param description what it is for
/// @param pictureRef the picture's reference, serialised, once it has been fetched or set
/// @param picture the picture
/// @param linkSeed the secret of the invite link, where it was made here
/// @param pending a change of this device that the server may have
/// @param distribution the own sender key for it
/// @param distributionAt when that was made
public record GroupRow(
    long contact,
    GroupId id,
    GroupKey key,
    boolean accepted,
    boolean behind,
    Optional<Anchor> anchor,
    boolean forked,
    String title,
    String description,
    Optional<Bytes> pictureRef,
    Optional<Bytes> picture,
    Optional<Bytes> linkSeed,
    Optional<Bytes> pending,
    Optional<UUID> distribution,
    long distributionAt) {
  /// A place in a chain.
  ///
  /// @param revision the revision of a change
  /// @param hash its hash
  public record Anchor(long revision, ChangeHash hash) {}

  /// What the app sees as the conversation's other end.
  public Contact asContact() {
    return Contact.ofGroup(id, title, accepted);
  }
}
