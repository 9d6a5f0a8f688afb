package sotto.group;

import java.util.SortedMap;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.LinkSigner;

/// What a change says, without its signature.
///
/// @param group the group, [GroupId#NONE] for the founding
/// @param revision its place in the chain, 0 to 2³² - 1; revision 0 founds the group
/// @param previous the hash of the change before, [ChangeHash#NONE] for the founding
/// @param createdAtMillis the author's clock, milliseconds since 1970, not negative; tells people
///   when, orders nothing
/// @param author who signs
/// @param action what it does
public record ChangeBody(
    GroupId group,
    long revision,
    ChangeHash previous,
    long createdAtMillis,
    Author author,
    Action action) {
  static final long MAX_REVISION = 0xffff_ffffL;

  /// Checks what can be checked without the chain.
  ///
  /// @throws IllegalArgumentException if a number is out of its bounds, group, place and kind do
  ///   not fit together, or the founder is no owner
  public ChangeBody {
    if (revision < 0 || revision > MAX_REVISION || createdAtMillis < 0) {
      throw new IllegalArgumentException("revision or time out of bounds");
    }
    boolean first = action instanceof Action.Found;
    if (first != (revision == 0)
        || first != previous.equals(ChangeHash.NONE)
        || first != group.equals(GroupId.NONE)) {
      throw new IllegalArgumentException("revision 0 founds, and no other does");
    }
    if (action instanceof Action.Found found
        && found.members().get(author.account()) != Role.OWNER) {
      throw new IllegalArgumentException("who founds a group is an owner");
    }
  }

  /// The body of revision 0.
  ///
  /// @throws IllegalArgumentException if the author is no owner or a bound is broken
  public static ChangeBody found(
      Author author,
      Bytes nonce,
      SortedMap<AccountId, Role> members,
      GroupOptions options,
      SealedAttributes attributes,
      long createdAtMillis) {
    Action found = new Action.Found(nonce, members, options, attributes);
    return new ChangeBody(GroupId.NONE, 0, ChangeHash.NONE, createdAtMillis, author, found);
  }

  /// The body of the change that would follow the chain's head.
  ///
  /// @throws IllegalArgumentException if the action founds a group
  public static ChangeBody next(
      GroupChain chain, Author author, Action action, long createdAtMillis) {
    return new ChangeBody(
        chain.id(), chain.revision() + 1, chain.headHash(), createdAtMillis, author, action);
  }

  /// The bytes that are signed: the domain of changes and the encoded body.
  public byte[] signedBytes() {
    return Domain.CHANGE.before(ChangeFormat.encode(this));
  }

  /// Signs with the author's device; the result is not yet checked against a chain.
  public GroupChange sign(LinkSigner device) {
    return new GroupChange(this, Bytes.of(device.sign(signedBytes())));
  }
}
