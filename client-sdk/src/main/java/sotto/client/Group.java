package sotto.client;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.internal.engine.Engine;
import sotto.client.internal.engine.Peer;
import sotto.group.GroupId;
import sotto.group.Role;

/// A group of up to 1,024 members, and what can be done to it. Every change is signed by this
/// device and checked by all members; it takes a connection, and is done when the call returns. If
/// nothing is heard of it, it may have been done, and is said again with the next connection.
///
/// All of them throw NOT_REGISTERED, SERVER_UNREACHABLE, REFUSED with a sentence where the rules of
/// groups or the server do not allow it, and INVALID_INPUT for what makes no sense. Thread-safe.
public final class Group {
  /// The most members.
  public static final int MAX_MEMBERS = 1024;

  private final Engine engine;
  private final GroupId id;

  Group(Engine engine, GroupId id) {
    this.engine = engine;
    this.id = id;
  }

  /// Its id.
  public GroupId id() {
    return id;
  }

  /// Its conversation: [Conversation#send] goes to all members.
  public Conversation conversation() {
    return new Conversation(engine, new Peer.InGroup(id));
  }

  /// How it is now, as far as is known here. Without a connection too.
  public GroupInfo info() {
    return engine.groups().info(id);
  }

  /// Who did what, oldest first. Without a connection too.
  public List<GroupNote> log() {
    return engine.groups().log(id);
  }

  /// Adds members; they get messages from then on.
  public void add(List<AccountId> accounts) {
    engine.groups().add(id, accounts);
  }

  /// Removes members; they read nothing that is sent from then on.
  public void remove(List<AccountId> accounts) {
    engine.groups().remove(id, accounts);
  }

  /// Leaves the group. The last owner makes somebody else one first, or ends it.
  public void leave() {
    engine.groups().leave(id);
  }

  /// Gives a member another role.
  public void setRole(AccountId account, Role role) {
    engine.groups().setRole(id, account, role);
  }

  /// Gives it another title: 1 to 128 bytes of UTF-8, all of it visible.
  public void rename(String title) {
    engine.groups().rename(id, title);
  }

  /// Gives it another description: at most 512 bytes of UTF-8; empty = none.
  public void describe(String description) {
    engine.groups().describe(id, description);
  }

  /// Gives it another picture, a JPEG, PNG or WebP; it goes without what it says about its making.
  ///
  /// @param picture empty = none
  public void setPicture(Optional<Bytes> picture) {
    engine.groups().setPicture(id, picture);
  }

  /// Lets only owners and admins write, or all members.
  public void announcementOnly(boolean only) {
    engine.groups().announcementOnly(id, only);
  }

  /// Lets all members add others, or only owners and admins.
  public void membersAdd(boolean all) {
    engine.groups().membersAdd(id, all);
  }

  /// Makes an invite link; one that there was is good no more.
  ///
  /// @param approval whether who comes by it has to be let in
  /// @return the link: whoever has it can join or ask to
  public String makeLink(boolean approval) {
    return engine.groups().makeLink(id, approval);
  }

  /// Takes the invite link back.
  public void dropLink() {
    engine.groups().dropLink(id);
  }

  /// Lets in who asks to join.
  public void approve(List<AccountId> accounts) {
    engine.groups().approve(id, accounts);
  }

  /// Does not let in who asks to join; they cannot ask again.
  public void decline(List<AccountId> accounts) {
    engine.groups().decline(id, accounts);
  }

  /// Ends the group for all. Messages stay.
  public void end() {
    engine.groups().end(id);
  }
}
