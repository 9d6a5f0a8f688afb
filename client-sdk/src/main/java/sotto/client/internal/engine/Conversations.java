package sotto.client.internal.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.client.Contact;
import sotto.client.ConversationSummary;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Profile;
import sotto.client.SafetyNumber;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Verification;
import sotto.client.internal.archive.History;
import sotto.client.internal.engine.Decisions.Decision;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.client.internal.store.Outgoing;
import sotto.client.internal.store.SegmentRow;
import sotto.crypto.SafetyCode;
import sotto.group.GroupId;

/// What apps do with conversations. Any thread but the lane.
public final class Conversations {
  private static final int MAX_PAGE = 10_000;
  private static final int ENVELOPE_ID = 16;

  private final Core core;
  private final Outbox outbox;
  private final OutgoingMessages outgoing;
  private final Typing typing;
  private final Presence presence;
  private final Names names;
  private final ChainSync chains;
  private final History history;
  private final Decisions decisions;
  private final PeerProfiles profiles;
  private final Removals removals;
  private final Searches searches;
  private final Syncs syncs;
  private final GroupOutbox groupOutbox;

  Conversations(
      Core core,
      Outbox outbox,
      OutgoingMessages outgoing,
      Typing typing,
      Presence presence,
      Names names,
      ChainSync chains,
      History history,
      Decisions decisions,
      PeerProfiles profiles,
      Removals removals,
      Syncs syncs,
      GroupOutbox groupOutbox) {
    this.groupOutbox = groupOutbox;
    this.syncs = syncs;
    this.core = core;
    this.outbox = outbox;
    this.outgoing = outgoing;
    this.typing = typing;
    this.presence = presence;
    this.names = names;
    this.chains = chains;
    this.history = history;
    this.decisions = decisions;
    this.profiles = profiles;
    this.removals = removals;
    this.searches = new Searches(core, history);
  }

  /// Makes sure that there is a conversation, and looks its name up if there is a connection.
  ///
  /// @throws SottoException NOT_REGISTERED, UNKNOWN_USER
  public void open(Peer peer) {
    Identity self = core.self();
    if (peer.equals(new Peer.Named(self.account().username()))
        || peer.equals(new Peer.Known(self.id()))) {
      throw SottoException.invalid("user", "That is this account itself.");
    }
    ContactRow contact = core.lane().call(_ -> findOrAdd(peer));
    Optional<Session> session = core.session();
    if (session.isPresent() && peer instanceof Peer.Named(var username)) {
      if (contact.account().isEmpty()) {
        names.resolve(session.get().calls(), username);
      } else {
        names.checkOnce(session.get().calls(), contact);
      }
    }
  }

  private ContactRow findOrAdd(Peer peer) {
    long now = core.clock().millis();
    return switch (peer) {
      case Peer.Named(var username) -> core.store().contacts().findOrAdd(username, now);
      case Peer.Known(AccountId account) -> core.store().contacts().findOrAdd(account, now);
      case Peer.InGroup(GroupId group) ->
          core.store().contacts().find(group).orElseThrow(GroupChanges::unknown);
    };
  }

  private ContactRow row(Peer peer) {
    core.self();
    return findOrAdd(peer);
  }

  /// The contact.
  public Contact contact(Peer peer) {
    return core.lane().call(_ -> row(peer).contact());
  }

  /// Stores a message and its outbox row, and what it takes to send its files.
  ///
  /// @return the message's row
  public long send(Peer peer, MessageId id, String text, List<Path> files, boolean original) {
    return outgoing.send(() -> row(peer), id, text, files, original);
  }

  /// The newest messages, oldest first.
  public List<MessageView> newest(Peer peer, int limit) {
    checkLimit(limit);
    return history.newest(() -> row(peer).id(), limit);
  }

  /// The newest messages before a place, oldest first.
  public List<MessageView> before(Peer peer, MessageView.Place place, int limit) {
    checkLimit(limit);
    return history.before(() -> row(peer).id(), place, limit);
  }

  private static void checkLimit(int limit) {
    if (limit < 1 || limit > MAX_PAGE) {
      throw SottoException.invalid("limit", "A limit is 1 to 10,000.");
    }
  }

  /// How many messages there are.
  public long count(Peer peer) {
    return core.lane()
        .call(_ -> {
          long contact = row(peer).id();
          return core.store().messages().count(contact)
              + core.store().segments().away(contact).stream().mapToLong(SegmentRow::count).sum();
        });
  }

  /// Incoming messages not read.
  public int unread(Peer peer) {
    return core.lane().call(_ -> core.store().messages().unread(row(peer).id()));
  }

  /// Marks all read; an accepted contact is told.
  public int markRead(Peer peer) {
    return core.lane()
        .call(tx -> {
          ContactRow contact = row(peer);
          Map<AccountId, List<MessageId>> ofMembers =
              core.store().messages().unreadBySender(contact.id());
          List<MessageId> read = core.store().messages().markRead(contact.id());
          ofMembers.forEach((member, ids) -> {
            if (contact.accepted()) {
              tellRead(tx, contact, member, ids);
            }
            syncs.read(tx, member, ids);
          });
          if (contact.accepted() && contact.account().isPresent() && !read.isEmpty()) {
            tellRead(tx, contact, contact.account().orElseThrow(), read);
          }
          if (!read.isEmpty()) {
            contact.account().ifPresent(account -> syncs.read(tx, account, read));
          }
          return read.size();
        });
  }

  private void tellRead(
      Transaction tx, ContactRow contact, AccountId account, List<MessageId> read) {
    for (int from = 0; from < read.size(); from += Outgoing.MAX_RECEIPT_IDS) {
      int until = Math.min(read.size(), from + Outgoing.MAX_RECEIPT_IDS);
      core.store()
          .outgoing()
          .addReceipts(
              contact.id(),
              account,
              Kind.READ,
              read.subList(from, until),
              core.randomBytes(ENVELOPE_ID),
              0);
    }
    tx.afterCommit(() -> outbox.wakeForReceipts(account));
  }

  /// Accepts the contact.
  public void accept(Peer peer) {
    decide(peer, Decision.ACCEPT);
  }

  /// Blocks the contact.
  public void block(Peer peer) {
    refuseGroup(peer, "A group cannot be blocked: leave it.");
    decide(peer, Decision.BLOCK);
  }

  /// Ends that.
  public void unblock(Peer peer) {
    refuseGroup(peer, "A group cannot be blocked.");
    decide(peer, Decision.UNBLOCK);
  }

  private static void refuseGroup(Peer peer, String why) {
    if (peer instanceof Peer.InGroup) {
      throw SottoException.invalid("group", why);
    }
  }

  private void decide(Peer peer, Decision decision) {
    core.lane()
        .call(tx -> {
          ContactRow contact = row(peer);
          if (contact.group().isPresent()) {
            core.store().contacts().accept(contact.id());
            core.store().groups().clearForked(contact.id());
            tx.afterCommit(() -> groupOutbox.wake(contact.id()));
            return true;
          }
          decisions.decide(tx, contact, decision);
          if (decision == Decision.UNBLOCK) {
            syncs.unblocked(tx, contact.id());
          } else {
            syncs.contact(tx, contact.id());
          }
          return true;
        });
  }

  /// Takes all messages of the conversation away, here and in the archive.
  ///
  /// @return how many were here
  public int delete(Peer peer) {
    return removals.conversation(core.lane().call(_ -> row(peer).id()));
  }

  /// What the contact calls itself, as far as that is known.
  public Optional<Profile> profile(Peer peer) {
    return contact(peer).account().flatMap(profiles::of);
  }

  /// Tells the contact that the user types.
  public void typing(Peer peer, boolean types) {
    contact(peer).account().ifPresent(account -> typing.tell(account, types));
  }

  /// Watches the contact's presence.
  public void watch(Peer peer) {
    contact(peer).account().ifPresent(presence::watch);
  }

  /// The safety number, over the founding keys of both.
  public SafetyNumber safetyNumber(Peer peer) {
    refuseGroup(peer, "A group has no safety number: compare those of its members.");
    Contact contact = contact(peer);
    AccountId account =
        contact
            .account()
            .orElseThrow(() ->
                SottoException.of(
                    Code.UNKNOWN_USER,
                    "The account of '" + contact.name() + "' is not known yet."));
    AccountChain theirs = chain(account);
    AccountChain own =
        core.lane().call(_ -> core.store().chains().of(core.self().id()).orElseThrow());
    return new SafetyNumber(
        sotto.crypto.SafetyNumber.of(
                own.id(),
                own.foundingDevice().identityKey().toArray(),
                theirs.id(),
                theirs.foundingDevice().identityKey().toArray())
            .digits(),
        SafetyCode.of(own, theirs).text());
  }

  /// The chain known, or fetched.
  private AccountChain chain(AccountId account) {
    Optional<AccountChain> known = core.lane().call(_ -> core.store().chains().of(account));
    if (known.isPresent()) {
      return known.get();
    }
    ServerCalls calls =
        core.session()
            .map(Session::calls)
            .orElseThrow(() ->
                SottoException.of(
                    Code.SERVER_UNREACHABLE,
                    "The contact's keys are not known yet: that takes a connection."));
    return switch (chains.refresh(calls, account)) {
      case ChainSync.Known(AccountChain chain) -> chain;
      case ChainSync.NoAccount _ ->
          throw SottoException.of(Code.UNKNOWN_USER, "There is no such account.");
      case ChainSync.Refused _ ->
          throw SottoException.of(
              Code.REFUSED, "The server's keys for this account contradict themselves.");
    };
  }

  /// Remembers that the user has compared the safety number; a changed account becomes the
  /// contact's.
  public void confirm(Peer peer) {
    refuseGroup(peer, "A group has no safety number: compare those of its members.");
    core.lane()
        .call(tx -> {
          ContactRow contact = row(peer);
          contact
              .changed()
              .ifPresent(other -> {
                core.store().contacts().repin(contact.id(), other);
                core.store().outgoing().redirect(contact.id(), other);
              });
          core.store().contacts().setVerification(contact.id(), Verification.VERIFIED);
          core.store().messages().nothingLeftOf(contact.id(), Failures.CONTACT_CHANGED);
          syncs.contact(tx, contact.id());
          Stream.concat(contact.changed().stream(), contact.account().stream())
              .forEach(account -> tx.afterCommit(() -> outbox.wake(account)));
          return true;
        });
  }

  /// The list of conversations.
  public List<ConversationSummary> all() {
    return core.lane()
        .call(_ -> {
          List<ConversationSummary> all = new ArrayList<>();
          for (long id : core.store().messages().conversations()) {
            all.add(
                new ConversationSummary(
                    core.store().contacts().get(id).contact(),
                    core.store().messages().unread(id),
                    core.store().messages().newest(id, 1).stream().findFirst()));
          }
          return all;
        });
  }

  /// Search.
  public Searches searches() {
    return searches;
  }
}
