package sotto.group;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import sotto.chain.AccountId;

/// A group as its changes tell it: checked from revision 0 on, immutable.
///
/// Guarantees for every instance: each change follows the one before, is signed by a device that
/// [Authors] vouched for, and was its author's to make; 1 to 1,024 members, each once, one owner at
/// least. It does **not** promise that the chain is the newest: only comparing it with others
/// tells.
///
/// ```
///                                       owner     admin          member        stranger
/// add members                           any role  as members     as members ¹  –
/// add who is barred                     yes       as members     –             –
/// remove                                others    members        –             –
/// set a role                            all's     own, down      –             –
/// attributes, options, link, requests   yes       yes            –             –
/// leave                                 yes ²     yes            yes           –
/// join or ask by link                   –         –              –             yes ³
/// end                                   yes       –              –             –
/// ```
///
/// ¹ Where the options let members add. ² Not the last owner while others are there; nor can he
/// step down. When the last member leaves, the group ends. ³ With a proof by the link's key: joins
/// where the link needs no approval, asks where it does, and not if barred. Who was removed or
/// declined is barred until an owner or admin adds him, or 1,024 others were barred after him.
///
/// So nobody takes anything from an owner but an owner, and from an admin but an owner. What would
/// change nothing is refused. An ended group takes no change; its members stay those that it had
/// last.
///
/// The chain keeps hashes, not changes: whoever shows or passes them on keeps their bytes.
public final class GroupChain {
  /// The most members.
  public static final int MAX_MEMBERS = 1024;

  /// The most pending requests to join.
  public static final int MAX_REQUESTS = 256;

  /// The most accounts that are barred at a time.
  public static final int MAX_BARRED = 1024;

  /// The most bytes of all changes together; a chain that has them can only shrink its group.
  public static final int MAX_BYTES = 16 * 1024 * 1024;

  /// The answer to a change that was offered.
  public sealed interface Outcome {}

  /// The change fits.
  ///
  /// @param chain the chain with it
  public record Extended(GroupChain chain) implements Outcome {}

  /// The very same bytes are in the chain already: a repeated success.
  ///
  /// @param chain the chain as it was
  public record AlreadyThere(GroupChain chain) implements Outcome {}

  /// The change does not fit.
  ///
  /// @param reason why
  public record Refused(GroupRefusal reason) implements Outcome {}

  private final GroupId id;
  private final HashLog hashes;
  private final long bytes;
  private final GroupState state;

  private GroupChain(GroupId id, HashLog hashes, long bytes, GroupState state) {
    this.id = id;
    this.hashes = hashes;
    this.bytes = bytes;
    this.state = state;
  }

  /// Reads and checks the founding.
  ///
  /// @return [Extended] or [Refused]
  public static Outcome found(byte[] founding, Authors authors) {
    return switch (GroupChange.parse(founding)) {
      case GroupChange.Malformed _ -> new Refused(GroupRefusal.MALFORMED);
      case GroupChange.Read(GroupChange change) -> found(change, authors);
    };
  }

  /// Checks the founding.
  ///
  /// @return [Extended] or [Refused]
  public static Outcome found(GroupChange founding, Authors authors) {
    return found(founding, new Signatures.Checked(authors));
  }

  /// Makes the start of a chain anew from a founding that the caller has had from [#found] and kept
  /// itself: all is checked but signatures. For nothing that comes from elsewhere.
  ///
  /// @return [Extended] or [Refused]
  public static Outcome foundAgain(GroupChange founding) {
    return found(founding, new Signatures.CheckedBefore());
  }

  private static Outcome found(GroupChange founding, Signatures signatures) {
    if (!(founding.body().action() instanceof Action.Found found)) {
      return new Refused(GroupRefusal.NOT_A_FOUNDING);
    }
    return signatures
        .refusal(founding)
        .<Outcome>map(Refused::new)
        .orElseGet(() ->
            new Extended(
                new GroupChain(
                    founding.group(),
                    HashLog.EMPTY.with(founding.hash()),
                    founding.encoded().length(),
                    GroupState.founded(found))));
  }

  /// Reads and checks a whole chain, the founding first.
  ///
  /// @return [Extended] with all of them, or the first refusal; an empty list is
  ///   [GroupRefusal#NOT_A_FOUNDING], a change that stands there twice
  ///   [GroupRefusal#REVISION_TAKEN]
  public static Outcome of(List<byte[]> changes, Authors authors) {
    if (changes.isEmpty()) {
      return new Refused(GroupRefusal.NOT_A_FOUNDING);
    }
    Outcome outcome = found(changes.getFirst(), authors);
    for (byte[] change : changes.subList(1, changes.size())) {
      switch (outcome) {
        case Extended(GroupChain chain) -> outcome = chain.append(change, authors);
        case AlreadyThere _ -> {
          return new Refused(GroupRefusal.REVISION_TAKEN);
        }
        case Refused _ -> {
          return outcome;
        }
      }
    }
    return outcome instanceof AlreadyThere ? new Refused(GroupRefusal.REVISION_TAKEN) : outcome;
  }

  /// Reads a change and checks that it follows this chain's head.
  public Outcome append(byte[] change, Authors authors) {
    return switch (GroupChange.parse(change)) {
      case GroupChange.Malformed _ -> new Refused(GroupRefusal.MALFORMED);
      case GroupChange.Read(GroupChange read) -> append(read, authors);
    };
  }

  /// Checks that a change follows this chain's head.
  public Outcome append(GroupChange change, Authors authors) {
    return append(change, new Signatures.Checked(authors));
  }

  /// Appends a change anew that the caller has appended to this chain before with [#append] and
  /// kept itself: all is checked but signatures. For nothing that comes from elsewhere.
  public Outcome appendAgain(GroupChange change) {
    return append(change, new Signatures.CheckedBefore());
  }

  private Outcome append(GroupChange change, Signatures signatures) {
    ChangeBody body = change.body();
    if (contains(body.revision(), change.hash())) {
      return new AlreadyThere(this);
    }
    return refusal(change, signatures)
        .<Outcome>map(Refused::new)
        .orElseGet(() -> new Extended(with(change)));
  }

  private Optional<GroupRefusal> refusal(GroupChange change, Signatures signatures) {
    ChangeBody body = change.body();
    if (body.revision() == 0) {
      return Optional.of(GroupRefusal.NOT_A_FOUNDING);
    }
    if (!body.group().equals(id)) {
      return Optional.of(GroupRefusal.OTHER_GROUP);
    }
    if (body.revision() <= revision()) {
      return Optional.of(GroupRefusal.REVISION_TAKEN);
    }
    if (state.ended()) {
      return Optional.of(GroupRefusal.ENDED);
    }
    if (body.revision() > revision() + 1) {
      return Optional.of(GroupRefusal.REVISION_AHEAD);
    }
    if (!body.previous().equals(headHash())) {
      return Optional.of(GroupRefusal.WRONG_PREVIOUS);
    }
    if (bytes + change.encoded().length() > MAX_BYTES && !shrinks(body.action())) {
      return Optional.of(GroupRefusal.TOO_LONG);
    }
    return signatures
        .refusal(change)
        .or(() -> new Rules(id, state, body.author().account(), signatures).refusal(body.action()));
  }

  private static boolean shrinks(Action action) {
    return switch (action) {
      case Action.RemoveMembers _, Action.Leave _, Action.End _ -> true;
      default -> false;
    };
  }

  private GroupChain with(GroupChange change) {
    ChangeBody body = change.body();
    return new GroupChain(
        id,
        hashes.with(change.hash()),
        bytes + change.encoded().length(),
        state.after(body.action(), body.author().account(), body.revision()));
  }

  /// How this chain stands to another.
  public GroupOrder compareWith(GroupChain other) {
    if (!id.equals(other.id)) {
      return GroupOrder.OTHER_GROUP;
    }
    // Each change names the hash of the one before: the last common one stands for all before it.
    long common = Math.min(revision(), other.revision());
    if (!contains(common, other.hashes.get((int) common))) {
      return GroupOrder.FORKS;
    }
    int longer = Long.compare(revision(), other.revision());
    return longer == 0 ? GroupOrder.EQUAL : longer > 0 ? GroupOrder.EXTENDS : GroupOrder.OLDER;
  }

  /// Whether the chain has a change with this hash at this revision: is the head of whoever invited
  /// one part of it?
  public boolean contains(long revision, ChangeHash hash) {
    return revision >= 0 && revision <= revision() && hashes.get((int) revision).equals(hash);
  }

  /// The group.
  public GroupId id() {
    return id;
  }

  /// The revision of the last change.
  public long revision() {
    return hashes.size() - 1L;
  }

  /// The hash of the last change.
  public ChangeHash headHash() {
    return hashes.get(hashes.size() - 1);
  }

  /// Who is in the group, by account; once it has ended, who was there last.
  public SortedMap<AccountId, Member> members() {
    return Collections.unmodifiableSortedMap(state.members());
  }

  /// The account's membership, if it is a member.
  public Optional<Member> member(AccountId account) {
    return Optional.ofNullable(state.members().get(account));
  }

  /// Whether messages of this account belong in the group now: it is a member, an owner or admin
  /// where the group is for announcements only, and the group has not ended.
  public boolean maySend(AccountId account) {
    return !state.ended()
        && member(account)
            .filter(member -> member.role().leads() || !state.options().announcementOnly())
            .isPresent();
  }

  /// How the group is used.
  public GroupOptions options() {
    return state.options();
  }

  /// What the group is called, sealed.
  public SealedAttributes attributes() {
    return state.attributes();
  }

  /// The invite link, if there is one.
  public Optional<InviteLink> link() {
    return state.link();
  }

  /// Whether the proof is the invite link's, for this group and account. What the account may do
  /// with it is another matter.
  public boolean isByLink(JoinProof proof, AccountId account) {
    return link().filter(link -> proof.holds(link.key(), id, account)).isPresent();
  }

  /// Who asks to join, by account; at most [#MAX_REQUESTS].
  public SortedMap<AccountId, JoinRequest> requests() {
    return Collections.unmodifiableSortedMap(state.requests());
  }

  /// Whether the account cannot come by link, as it was removed or declined.
  public boolean barred(AccountId account) {
    return state.barred().contains(account);
  }

  /// Whether the group is over.
  public boolean ended() {
    return state.ended();
  }

  /// Names group and length only.
  @Override
  public String toString() {
    return "GroupChain[" + id + " revision " + revision() + (ended() ? " ended]" : "]");
  }
}
