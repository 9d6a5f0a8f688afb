package sotto.client;

import java.util.List;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.group.GroupId;
import sotto.group.Role;

/// A group as its checked chain tells it.
///
/// @param id the group
/// @param title what it is called, without characters that do not show; empty = not known. Any
///   owner or admin chooses it
/// @param description what it is for; **untrusted**: may hold control characters
/// @param picture its picture, JPEG, PNG or WebP; **untrusted**
/// @param members who is in it, by role, then by name
/// @param requests who asks to join by the invite link
/// @param role the own role; empty = not a member, or not any more
/// @param revision how many changes there were, the founding left out
/// @param announcementOnly whether only owners and admins write
/// @param membersAdd whether all members add others
/// @param link the invite link, if there is one and it was made on this device. A secret
/// @param linked whether there is one
/// @param linkNeedsApproval whether who comes by it has to be let in
/// @param ended whether it is over
/// @param contradicted whether its history was seen to contradict itself: nothing goes there until
///   [Conversation#accept]
/// @param imitates what else here has a name that looks the same; empty = nothing
public record GroupInfo(
    GroupId id,
    String title,
    String description,
    Optional<Bytes> picture,
    List<GroupMember> members,
    List<Contact> requests,
    Optional<Role> role,
    long revision,
    boolean announcementOnly,
    boolean membersAdd,
    Optional<String> link,
    boolean linked,
    boolean linkNeedsApproval,
    boolean ended,
    boolean contradicted,
    Optional<String> imitates) {
  /// Copies the lists.
  public GroupInfo {
    members = List.copyOf(members);
    requests = List.copyOf(requests);
  }

  /// `#` and the title, or the id in hex: safe to print.
  public String name() {
    return Contact.ofGroup(id, title, true).name();
  }
}
