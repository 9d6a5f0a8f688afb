package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.GroupRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.content.v1.Content;
import sotto.content.v1.GroupAttributes;
import sotto.content.v1.GroupInvitation;
import sotto.crypto.GroupKey;
import sotto.crypto.GroupLink;
import sotto.group.Action;
import sotto.group.Author;
import sotto.group.ChangeBody;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.group.GroupOptions;
import sotto.group.GroupRefusal;
import sotto.group.JoinProof;
import sotto.group.Role;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.ChangeResponse;

/// Changes groups: signs, has the server apply it, and invites whoever became a member. Blocks; not
/// on the lane.
///
/// ```
/// signed, kept ── the server has it ──▶ appended, invitations queued: in one transaction
/// signed, kept ── another was faster ──▶ forgotten, fetched, decided anew
/// signed, kept ── nothing is heard ──▶ said again with the next connection
/// ```
final class GroupChanges {
  private static final int TRIES = 8;

  private final Core core;
  private final Groups groups;
  private final GroupSync sync;
  private final Outbox outbox;

  GroupChanges(Core core, Groups groups, GroupSync sync, Outbox outbox) {
    this.core = core;
    this.groups = groups;
    this.sync = sync;
    this.outbox = outbox;
  }

  private ServerCalls calls() {
    core.requireListed();
    return core.session()
        .map(Session::calls)
        .orElseThrow(() ->
            SottoException.of(
                Code.SERVER_UNREACHABLE, "To change a group takes a connection to the server."));
  }

  /// Founds a group with this account as its owner.
  GroupId found(String title, Collection<AccountId> others) {
    ServerCalls calls = calls();
    GroupKey key = GroupKey.generate(core.random());
    SortedMap<AccountId, Role> members = new TreeMap<>();
    others.forEach(other -> members.put(other, Role.MEMBER));
    members.put(core.self().id(), Role.OWNER);
    if (members.size() > GroupChain.MAX_MEMBERS) {
      throw refused(GroupRefusal.TOO_MANY_MEMBERS);
    }
    GroupChange founding =
        core.lane()
            .call(_ -> {
              GroupAttributes attributes = GroupAttributes.newBuilder().setTitle(title).build();
              GroupChange signed =
                  ChangeBody.found(
                          author(),
                          Bytes.of(core.randomBytes(Action.Found.NONCE_LENGTH)),
                          members,
                          GroupOptions.DEFAULT,
                          GroupText.seal(key, attributes, core.random()),
                          core.clock().millis())
                      .sign(core.self().keys().signer());
              long contact = core.store().contacts().addForGroup(core.clock().millis());
              core.store().groups().add(contact, signed.group(), key, Optional.empty());
              core.store().contacts().accept(contact);
              core.store()
                  .groups()
                  .setPending(signed.group(), Optional.of(Bytes.of(signed.bytes())));
              return signed;
            });
    CrashPoint.AFTER_ENCRYPT.reached();
    if (!offer(calls, founding.group(), founding)) {
      throw SottoException.of(Code.REFUSED, "The server has another group of this id.");
    }
    return founding.group();
  }

  private Author author() {
    AccountChain own = core.store().chains().of(core.self().id()).orElseThrow();
    return new Author(own.id(), core.self().address().device(), own.sequence(), own.headHash());
  }

  /// Changes a group.
  ///
  /// @param decide what is to be done, by how the group is then; empty = nothing
  void change(GroupId group, Function<GroupChain, Optional<Action>> decide) {
    change(calls(), group, Optional.empty(), decide);
  }

  private void change(
      ServerCalls calls,
      GroupId group,
      Optional<JoinProof> proof,
      Function<GroupChain, Optional<Action>> decide) {
    for (int i = 0; i < TRIES; i++) {
      switch (sync.fetch(calls, group, proof)) {
        case GroupSync.UpToDate _ -> {}
        case GroupSync.NotFound _ ->
            throw SottoException.of(
                Code.REFUSED, "The server knows no such group, or not this account in it.");
        case GroupSync.Contradicted _ ->
            throw SottoException.of(
                Code.REFUSED, "The server's history of the group contradicts itself.");
      }
      Optional<GroupChange> signed = core.lane().call(_ -> signed(group, decide));
      if (signed.isEmpty() || offer(calls, group, signed.get())) {
        return;
      }
    }
    throw SottoException.of(
        Code.SERVER_UNREACHABLE, "Others change the group all the time; try again.");
  }

  /// The change, kept before the server knows it.
  private Optional<GroupChange> signed(
      GroupId group, Function<GroupChain, Optional<Action>> decide) {
    GroupRow row = groups.row(group).orElseThrow(GroupChanges::unknown);
    GroupChain chain = groups.past(group).orElseThrow(GroupChanges::unknown).chain();
    if (row.forked()) {
      throw SottoException.of(Code.REFUSED, Failures.GROUP_CONTRADICTED.sentence());
    }
    Optional<Action> action = decide.apply(chain);
    if (action.isEmpty()) {
      return Optional.empty();
    }
    GroupChange change =
        ChangeBody.next(chain, author(), action.get(), core.clock().millis())
            .sign(core.self().keys().signer());
    if (chain.append(change, new StoredAuthors(core.store().chains()))
        instanceof GroupChain.Refused(GroupRefusal reason)) {
      throw refused(reason);
    }
    core.store().groups().setPending(group, Optional.of(Bytes.of(change.bytes())));
    return Optional.of(change);
  }

  static SottoException unknown() {
    return SottoException.invalid("group", "There is no such group here.");
  }

  /// Has the server apply a change.
  ///
  /// @return false if another was faster
  private boolean offer(ServerCalls calls, GroupId group, GroupChange change) {
    ChangeResponse answer =
        calls.change(
            ChangeRequest.newBuilder()
                .setGroupId(ByteString.copyFrom(group.bytes()))
                .setRevision(change.body().revision())
                .setChange(ByteString.copyFrom(change.bytes()))
                .build());
    return switch (answer.getOutcomeCase()) {
      case CHANGED -> {
        core.lane().call(tx -> applied(tx, group, change));
        yield true;
      }
      case STALE -> {
        forget(group);
        yield false;
      }
      case REFUSED -> {
        forget(group);
        throw SottoException.of(
            Code.REFUSED,
            "The server refuses the change (" + answer.getRefused().getReason() + ").");
      }
      case OUTCOME_NOT_SET ->
          throw SottoException.of(Code.REFUSED, "The server's answer is malformed.");
    };
  }

  private void forget(GroupId group) {
    core.lane()
        .call(_ -> {
          core.store().groups().setPending(group, Optional.empty());
          if (core.store().groups().revision(group) < 0) {
            core.store().groups().remove(group);
          }
          return true;
        });
  }

  /// The server has the change: whoever became a member is told the key, in the transaction that
  /// appends it.
  private boolean applied(Transaction tx, GroupId group, GroupChange change) {
    GroupRow row = groups.row(group).orElseThrow(GroupChanges::unknown);
    core.store().groups().setPending(group, Optional.empty());
    switch (groups.append(tx, row, change.bytes(), core.clock().millis(), true)) {
      case Groups.Fits _ -> core.store().groups().setBehind(group, false);
      case Groups.Missing _ -> {
        // It follows one that is not here yet.
        core.store().groups().setBehind(group, true);
        tx.afterCommit(() -> sync.wake(group));
      }
      case Groups.Wrong _ ->
          throw SottoException.of(
              Code.REFUSED, "The server applied a change that does not fit the group.");
    }
    invite(tx, row, change);
    tx.afterCommit(core.progress()::raise);
    return true;
  }

  private void invite(Transaction tx, GroupRow row, GroupChange change) {
    Collection<AccountId> invited =
        switch (change.body().action()) {
          case Action.Found found -> found.members().keySet();
          case Action.AddMembers(var accounts, var _) -> accounts;
          case Action.Approve(var accounts) -> accounts;
          case Action.Join _, Action.RequestToJoin _ -> List.of(core.self().id());
          default -> List.of();
        };
    for (AccountId account : invited) {
      if (!account.equals(core.self().id()) || OwnDevices.any(core)) {
        invite(tx, row, account);
      }
    }
  }

  /// Tells an account the key of a group.
  void invite(Transaction tx, GroupRow row, AccountId account) {
    groups
        .past(row.id())
        .ifPresent(past -> {
          core.store()
              .outgoing()
              .addGroup(
                  row.contact(),
                  account,
                  Content.newBuilder()
                      .setGroup(Groups.anchor(past.chain()))
                      .setGroupInvitation(
                          GroupInvitation.newBuilder()
                              .setGroupKey(ByteString.copyFrom(row.key().bytes())))
                      .build()
                      .toByteArray(),
                  Optional.empty(),
                  core.randomBytes(16));
          tx.afterCommit(() -> outbox.wake(account));
        });
  }

  /// Tells the own other devices of all groups.
  void tellOwnDevices(Transaction tx) {
    for (GroupRow row : core.store().groups().all()) {
      invite(tx, row, core.self().id());
    }
  }

  /// Joins by an invite link, or asks to.
  ///
  /// @return the group
  GroupId join(GroupLink link) {
    ServerCalls calls = calls();
    GroupId group = new GroupId(link.group().toArray());
    JoinProof proof = JoinProof.sign(link, group, core.self().id());
    core.lane()
        .call(_ -> {
          if (groups.row(group).isEmpty()) {
            long contact = core.store().contacts().addForGroup(core.clock().millis());
            core.store().groups().add(contact, group, link.key(), Optional.empty());
            core.store().contacts().accept(contact);
          }
          return true;
        });
    try {
      change(calls, group, Optional.of(proof), chain -> joining(chain, link, proof));
    } catch (SottoException e) {
      if (e.code() == Code.REFUSED || e.code() == Code.INVALID_INPUT) {
        core.lane().call(_ -> forgetStranger(group));
      }
      throw e;
    }
    return group;
  }

  private boolean forgetStranger(GroupId group) {
    boolean stranger =
        groups
            .past(group)
            .map(past ->
                past.chain().member(core.self().id()).isEmpty()
                    && past.departure(core.self().id()).isEmpty())
            .orElse(true);
    if (stranger) {
      core.store().groups().remove(group);
    }
    return stranger;
  }

  private Optional<Action> joining(GroupChain chain, GroupLink link, JoinProof proof) {
    AccountId self = core.self().id();
    if (chain.member(self).isPresent()) {
      return Optional.empty();
    }
    boolean good = chain.link().filter(there -> there.key().equals(link.publicKey())).isPresent();
    if (!good) {
      throw SottoException.invalid("link", "The link is not the group's any more.");
    }
    if (chain.requests().containsKey(self)) {
      return Optional.empty();
    }
    return Optional.of(
        chain.link().orElseThrow().approval()
            ? new Action.RequestToJoin(proof)
            : new Action.Join(proof));
  }

  /// Says again what nothing was heard of.
  void connected() {
    List<GroupRow> all =
        core.lane()
            .call(_ ->
                core.store().groups().all().stream()
                    .filter(row -> row.pending().isPresent())
                    .toList());
    for (GroupRow row : all) {
      byte[] pending = row.pending().orElseThrow().toArray();
      if (GroupChange.parse(pending) instanceof GroupChange.Read(GroupChange change)) {
        try {
          var _ = offer(calls(), row.id(), change);
        } catch (SottoException e) {
          if (e.code() != Code.REFUSED) {
            throw e;
          }
        }
        sync.wake(row.id());
      }
    }
  }

  /// A refusal in words.
  static SottoException refused(GroupRefusal reason) {
    return switch (reason) {
      case NOT_A_MEMBER -> SottoException.of(Code.REFUSED, "You are not a member of the group.");
      case NOT_ALLOWED ->
          SottoException.of(Code.REFUSED, "Your role in the group does not allow that.");
      case ENDED -> SottoException.of(Code.REFUSED, "The group has ended.");
      case NO_CHANGE -> SottoException.invalid("group", "That is so already.");
      case ALREADY_MEMBER -> SottoException.invalid("member", "They are a member already.");
      case UNKNOWN_MEMBER -> SottoException.invalid("member", "They are not a member.");
      case REMOVES_SELF -> SottoException.invalid("member", "To go yourself, leave the group.");
      case LAST_OWNER ->
          SottoException.of(
              Code.REFUSED,
              "The group would be without an owner: make somebody else one first, or end it.");
      case TOO_MANY_MEMBERS ->
          SottoException.invalid("member", "A group has at most 1,024 members.");
      case TOO_LONG ->
          SottoException.of(Code.REFUSED, "The group's history is full: found a new one.");
      case BARRED ->
          SottoException.of(
              Code.REFUSED, "They were removed or declined; an owner or admin has to add them.");
      case NO_LINK -> SottoException.invalid("link", "The group has no invite link.");
      case BAD_PROOF -> SottoException.invalid("link", "The link is not the group's any more.");
      case UNKNOWN_REQUEST -> SottoException.invalid("member", "They do not ask to join.");
      case TOO_MANY_REQUESTS ->
          SottoException.of(Code.REFUSED, "Too many ask to join already; try later.");
      case ALREADY_ASKED -> SottoException.invalid("link", "You have asked already.");
      default -> SottoException.of(Code.REFUSED, "The group does not take it (" + reason + ").");
    };
  }
}
