package sotto.group.testing;

import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.LinkSigner;
import sotto.chain.testing.TestAccount;
import sotto.group.Action;
import sotto.group.Author;
import sotto.group.Authors;
import sotto.group.ChangeBody;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupOptions;
import sotto.group.InviteLink;
import sotto.group.JoinProof;
import sotto.group.Role;
import sotto.group.SealedAttributes;

/// A group for tests, whose accounts sign with their real keys.
///
/// The same seed and accounts give the same group. It vouches for every account that was a founding
/// member or was introduced with [#knows]. Not safe for use by many threads.
public final class TestGroup implements Authors {
  private static final long CREATED_AT = 1_700_000_000_000L;

  private final Random random;
  private final Map<AccountId, TestAccount> accounts = new HashMap<>();
  private final List<GroupChange> changes = new ArrayList<>();
  private final TestAccount owner;
  private KeyPair linkKeys;
  private GroupChain chain;

  private TestGroup(long seed, TestAccount owner, Map<TestAccount, Role> others) {
    random = new Random(seed);
    this.owner = owner;
    linkKeys = owner.keyPair();
    knows(owner);
    SortedMap<AccountId, Role> members = new TreeMap<>();
    members.put(owner.id(), Role.OWNER);
    others.forEach((account, role) -> {
      knows(account);
      members.put(account.id(), role);
    });
    GroupChange founding =
        ChangeBody.found(
                author(owner),
                randomBytes(Action.Found.NONCE_LENGTH),
                members,
                GroupOptions.DEFAULT,
                attributes(),
                CREATED_AT)
            .sign(owner.signer(DeviceId.FIRST));
    chain = extended(GroupChain.found(founding, this));
    changes.add(founding);
  }

  /// Founds a group of which this account is the only owner but for those in `others`.
  public static TestGroup found(long seed, TestAccount owner, Map<TestAccount, Role> others) {
    return new TestGroup(seed, owner, others);
  }

  /// Vouches for this account's devices from now on.
  public void knows(TestAccount account) {
    accounts.put(account.id(), account);
  }

  /// The key of a device that the account's newest chain lists, if the head that the author names
  /// lies in it.
  @Override
  public Optional<Ed25519PublicKey> key(Author author) {
    return Optional.ofNullable(accounts.get(author.account()))
        .map(TestAccount::chain)
        .filter(known -> known.contains(author.sequence(), author.head()))
        .flatMap(known -> known.device(author.device()))
        .map(DeviceEntry::authKey);
  }

  /// An account's device 1 as an author, at the head of its chain.
  public static Author author(TestAccount account) {
    return author(account, DeviceId.FIRST);
  }

  /// An account's device as an author, at the head of its chain.
  public static Author author(TestAccount account, DeviceId device) {
    AccountChain known = account.chain();
    return new Author(account.id(), device, known.sequence(), known.headHash());
  }

  /// Signs a change that follows the head with the account's device 1, without appending it.
  public GroupChange sign(TestAccount account, Action action) {
    return ChangeBody.next(chain, author(account), action, CREATED_AT)
        .sign(account.signer(DeviceId.FIRST));
  }

  /// Appends a change by the account's device 1, for which it vouches from now on.
  ///
  /// @throws IllegalArgumentException if the rules refuse it
  public GroupChange append(TestAccount account, Action action) {
    knows(account);
    chain = extended(offer(account, action));
    return changes.getLast();
  }

  /// Signs a change with the account's device 1, and appends it if the rules allow it.
  public GroupChain.Outcome offer(TestAccount account, Action action) {
    GroupChange change = sign(account, action);
    GroupChain.Outcome outcome = chain.append(change, this);
    if (outcome instanceof GroupChain.Extended(GroupChain longer)) {
      chain = longer;
      changes.add(change);
    }
    return outcome;
  }

  private static GroupChain extended(GroupChain.Outcome outcome) {
    return switch (outcome) {
      case GroupChain.Extended(GroupChain longer) -> longer;
      case GroupChain.AlreadyThere _, GroupChain.Refused _ ->
          throw new IllegalArgumentException("the change does not fit: " + outcome);
    };
  }

  /// Gives the group an invite link with a fresh key.
  public void newLink(boolean approval) {
    linkKeys = owner.keyPair();
    append(owner, new Action.SetLink(link(approval)));
  }

  /// The public half of the link last made, whether or not the group has it.
  public InviteLink link(boolean approval) {
    return new InviteLink(TestAccount.publicKey(linkKeys), approval);
  }

  /// A proof by the link last made.
  public JoinProof proof(TestAccount account) {
    return JoinProof.sign(LinkSigner.of(linkKeys.getPrivate()), chain.id(), account.id());
  }

  /// Sealed attributes that no other call gives.
  public SealedAttributes attributes() {
    return new SealedAttributes(randomBytes(64));
  }

  private Bytes randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Bytes.of(bytes);
  }

  /// The chain so far.
  public GroupChain chain() {
    return chain;
  }

  /// All changes, the founding first.
  public List<GroupChange> changes() {
    return List.copyOf(changes);
  }

  /// The bytes of all changes, the founding first.
  public List<byte[]> bytes() {
    return changes.stream().map(GroupChange::bytes).toList();
  }
}
