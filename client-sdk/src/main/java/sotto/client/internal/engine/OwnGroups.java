package sotto.client.internal.engine;

import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Contact;
import sotto.client.GroupInfo;
import sotto.client.GroupMember;
import sotto.client.GroupNote;
import sotto.client.MemberStatus;
import sotto.client.MessageId;
import sotto.client.SottoException;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.Verification;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.GroupReceipts.Counts;
import sotto.client.internal.store.GroupReceipts.Said;
import sotto.client.internal.store.GroupRow;
import sotto.client.internal.store.GroupRows;
import sotto.client.internal.store.Messages;
import sotto.content.v1.GroupAttributes;
import sotto.content.v1.ProfilePicture;
import sotto.crypto.GroupKey;
import sotto.crypto.GroupLink;
import sotto.group.Action;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.group.GroupOptions;
import sotto.group.InviteLink;
import sotto.group.Member;
import sotto.group.Role;

/// What apps do with groups. Any thread but the lane.
public final class OwnGroups {
  private final Core core;
  private final Groups groups;
  private final GroupChanges changes;
  private final PictureBlobs pictures;

  OwnGroups(Core core, Groups groups, GroupChanges changes, PictureBlobs pictures) {
    this.core = core;
    this.groups = groups;
    this.changes = changes;
    this.pictures = pictures;
  }

  /// Founds a group.
  public GroupId found(String title, Collection<AccountId> others) {
    core.self();
    return changes.found(GroupText.title(title), others);
  }

  /// Joins by an invite link, or asks to.
  public GroupId join(String text) {
    core.self();
    try (GroupLink link =
        GroupLink.read(text)
            .orElseThrow(
                () -> SottoException.invalid("link", "That is no invite link of a group."))) {
      return changes.join(link);
    }
  }

  /// All groups of which the chain is here, in the order in which they came.
  public List<GroupInfo> all() {
    core.self();
    return core.lane()
        .call(_ ->
            core.store().groups().all().stream()
                .filter(row -> groups.past(row.id()).isPresent())
                .map(this::info)
                .toList());
  }

  /// Whether a group is here.
  public boolean exists(GroupId group) {
    return core.lane().call(_ -> groups.past(group).isPresent());
  }

  /// A group as it is now.
  public GroupInfo info(GroupId group) {
    core.self();
    return core.lane().call(_ -> info(groups.row(group).orElseThrow(GroupChanges::unknown)));
  }

  private GroupInfo info(GroupRow row) {
    GroupChain chain = groups.past(row.id()).orElseThrow(GroupChanges::unknown).chain();
    boolean member = chain.member(core.self().id()).isPresent();
    return new GroupInfo(
        row.id(),
        row.title(),
        row.description(),
        row.picture(),
        members(chain),
        chain.requests().keySet().stream().map(this::contact).toList(),
        chain.member(core.self().id()).map(Member::role),
        chain.revision(),
        chain.options().announcementOnly(),
        chain.options().membersAdd(),
        member ? link(row, chain) : Optional.empty(),
        chain.link().isPresent(),
        chain.link().map(InviteLink::approval).orElse(false),
        chain.ended(),
        row.forked(),
        imitated(row));
  }

  private List<GroupMember> members(GroupChain chain) {
    List<GroupMember> members = new ArrayList<>();
    for (Member member : chain.members().values()) {
      boolean self = member.account().equals(core.self().id());
      members.add(
          new GroupMember(self ? ownContact() : contact(member.account()), self, member.role()));
    }
    members.sort(
        Comparator.comparing(GroupMember::role).thenComparing(member -> member.contact().name()));
    return members;
  }

  private Contact ownContact() {
    return new Contact(
        Optional.of(core.self().account().username()),
        Optional.of(core.self().id()),
        Verification.VERIFIED,
        true,
        false);
  }

  private Contact contact(AccountId account) {
    return core.store()
        .contacts()
        .find(account)
        .map(ContactRow::contact)
        .orElseGet(() ->
            new Contact(
                Optional.empty(), Optional.of(account), Verification.UNVERIFIED, false, false));
  }

  private static Optional<String> link(GroupRow row, GroupChain chain) {
    return row.linkSeed()
        .flatMap(seed -> {
          try (GroupLink link = GroupLink.of(Bytes.of(row.id().bytes()), row.key(), seed)) {
            return chain
                .link()
                .filter(there -> there.key().equals(link.publicKey()))
                .map(_ -> link.text());
          }
        });
  }

  /// Another group or a contact whose name looks the same.
  private Optional<String> imitated(GroupRow row) {
    String looks = looks(row.title());
    if (looks.isEmpty()) {
      return Optional.empty();
    }
    return core.store().groups().all().stream()
        .filter(other -> !other.id().equals(row.id()) && looks(other.title()).equals(looks))
        .findFirst()
        .map(other -> "the group " + other.id())
        .or(() ->
            core.store().contacts().known().stream()
                .filter(contact ->
                    contact
                            .username()
                            .map(Username::value)
                            .map(OwnGroups::looks)
                            .equals(Optional.of(looks))
                        || contact.profileName().map(OwnGroups::looks).equals(Optional.of(looks)))
                .findFirst()
                .map(contact -> "the contact " + contact.contact().name()));
  }

  /// What is left of a name to somebody who does not look closely: compatibility forms are one
  /// (Unicode NFKD), marks, spaces and case do not count, and neither do the letters of other
  /// scripts that look like Latin ones.
  static String looks(String name) {
    StringBuilder plain = new StringBuilder();
    Normalizer.normalize(name, Normalizer.Form.NFKD)
        .toLowerCase(Locale.ROOT)
        .codePoints()
        .map(Lookalikes::latin)
        .filter(Character::isLetterOrDigit)
        .forEach(plain::appendCodePoint);
    return plain.toString();
  }

  /// Who did what.
  public List<GroupNote> log(GroupId group) {
    core.self();
    return core.lane()
        .call(_ -> {
          List<GroupNote> notes = new ArrayList<>();
          Optional<GroupChain> before = Optional.empty();
          for (GroupRows.Change change : core.store().groups().changes(group, 0)) {
            GroupChange read = Groups.read(change);
            GroupChain after = Groups.again(before, read);
            notes.add(
                new GroupNote(
                    after.revision(),
                    Instant.ofEpochMilli(read.body().createdAtMillis()),
                    groups.sentences().of(read, before)));
            before = Optional.of(after);
          }
          return notes;
        });
  }

  /// Adds members.
  public void add(GroupId group, List<AccountId> accounts) {
    changes.change(group, _ -> Optional.of(new Action.AddMembers(accounts, Role.MEMBER)));
  }

  /// Removes members.
  public void remove(GroupId group, List<AccountId> accounts) {
    changes.change(group, _ -> Optional.of(new Action.RemoveMembers(accounts)));
  }

  /// Leaves it.
  public void leave(GroupId group) {
    changes.change(group, _ -> Optional.of(new Action.Leave()));
  }

  /// Gives a member another role.
  public void setRole(GroupId group, AccountId account, Role role) {
    changes.change(group, _ -> Optional.of(new Action.SetRole(account, role)));
  }

  /// Gives it another title.
  public void rename(GroupId group, String typed) {
    String title = GroupText.title(typed);
    attributes(group, before -> before.toBuilder().setTitle(title).build());
  }

  /// Gives it another description.
  public void describe(GroupId group, String typed) {
    String description = GroupText.description(typed);
    attributes(group, before -> before.toBuilder().setDescription(description).build());
  }

  /// Gives it another picture.
  public void setPicture(GroupId group, Optional<Bytes> picture) {
    Optional<Bytes> clean = picture.map(PictureBlobs::cleaned);
    Optional<ProfilePicture> reference = clean.map(pictures::upload);
    attributes(
        group,
        before -> {
          GroupAttributes.Builder after = before.toBuilder().clearPicture();
          reference.ifPresent(after::setPicture);
          return after.build();
        });
    core.lane()
        .call(_ -> {
          core.store()
              .groups()
              .setPicture(group, reference.map(r -> Bytes.of(r.toByteArray())), clean);
          return true;
        });
  }

  private void attributes(GroupId group, Function<GroupAttributes, GroupAttributes> change) {
    GroupKey key =
        core.lane().call(_ -> groups.row(group).orElseThrow(GroupChanges::unknown)).key();
    changes.change(
        group,
        chain -> {
          GroupAttributes before =
              GroupText.open(key, chain.attributes())
                  .orElseGet(GroupAttributes::getDefaultInstance);
          GroupAttributes after = change.apply(before);
          return after.equals(before)
              ? Optional.empty()
              : Optional.of(new Action.SetAttributes(GroupText.seal(key, after, core.random())));
        });
  }

  /// Who writes.
  public void announcementOnly(GroupId group, boolean only) {
    options(group, before -> new GroupOptions(only, before.membersAdd()));
  }

  /// Who adds others.
  public void membersAdd(GroupId group, boolean all) {
    options(group, before -> new GroupOptions(before.announcementOnly(), all));
  }

  private void options(GroupId group, Function<GroupOptions, GroupOptions> change) {
    changes.change(
        group,
        chain ->
            Optional.of(change.apply(chain.options()))
                .filter(after -> !after.equals(chain.options()))
                .map(Action.SetOptions::new));
  }

  /// Makes an invite link.
  public String makeLink(GroupId group, boolean approval) {
    GroupRow row = core.lane().call(_ -> groups.row(group).orElseThrow(GroupChanges::unknown));
    try (GroupLink link = GroupLink.generate(Bytes.of(group.bytes()), row.key(), core.random())) {
      core.lane()
          .call(_ -> {
            core.store().groups().setLinkSeed(group, Optional.of(link.seed()));
            return true;
          });
      changes.change(
          group, _ -> Optional.of(new Action.SetLink(new InviteLink(link.publicKey(), approval))));
      return link.text();
    }
  }

  /// Takes it back.
  public void dropLink(GroupId group) {
    changes.change(group, chain -> chain.link().<Action>map(_ -> new Action.DropLink()));
  }

  /// Lets in who asks.
  public void approve(GroupId group, List<AccountId> accounts) {
    changes.change(group, _ -> Optional.of(new Action.Approve(accounts)));
  }

  /// Does not.
  public void decline(GroupId group, List<AccountId> accounts) {
    changes.change(group, _ -> Optional.of(new Action.Decline(accounts)));
  }

  /// Ends it.
  public void end(GroupId group) {
    changes.change(group, _ -> Optional.of(new Action.End()));
  }

  /// How far an own message has come with each member of its group; none for one that went to no
  /// group.
  public List<MemberStatus> receipts(MessageId id) {
    core.self();
    return core.lane()
        .call(_ ->
            core.store().messages().outgoingToGroup(id).map(this::receipts).orElseGet(List::of));
  }

  private List<MemberStatus> receipts(Messages.State message) {
    Optional<Counts> counts = core.store().groupReceipts().of(message.id());
    Optional<GroupRow> row = core.store().groups().of(message.contact());
    if (counts.isEmpty() || row.isEmpty()) {
      return List.of();
    }
    Map<AccountId, Said> said = core.store().groupReceipts().members(message.id());
    Map<AccountId, MemberStatus> all = new TreeMap<>();
    for (AccountId member : membersAt(row.get().id(), counts.get().revision())) {
      Said of = said.get(member);
      if (of == null) {
        all.put(member, new MemberStatus(contact(member), Status.SENT, Optional.empty()));
      } else {
        all.put(member, new MemberStatus(contact(member), of.status(), Optional.of(of.at())));
      }
    }
    all.remove(core.self().id());
    return List.copyOf(all.values());
  }

  /// Who was a member at a revision.
  private Collection<AccountId> membersAt(GroupId group, long revision) {
    Optional<GroupChain> chain = Optional.empty();
    for (GroupRows.Change change : core.store().groups().changes(group, 0)) {
      if (chain.map(GroupChain::revision).orElse(-1L) < revision) {
        chain = Optional.of(Groups.again(chain, Groups.read(change)));
      }
    }
    return chain.map(c -> c.members().keySet()).orElseGet(Set::of);
  }
}
