package sotto.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.group.testing.TestGroup;

class ChangeFormatTest {
  private static final long SEED = 20_261;
  private static final int PAYLOAD_AT = 2 + 16 + 4 + 32 + 8 + 53;

  private final TestAccount alice = TestAccount.found(1);
  private final TestGroup whole = Histories.ofEveryKind();

  private static boolean malformed(byte[] bytes) {
    return GroupChange.parse(bytes) instanceof GroupChange.Malformed;
  }

  private byte[] bytes(Action action) {
    GroupChain chain = TestGroup.found(1, alice, Map.of()).chain();
    return ChangeBody.next(chain, TestGroup.author(alice), action, 5)
        .sign(alice.signer(DeviceId.FIRST))
        .bytes();
  }

  private GroupChange founding(int members, int attributes) {
    SortedMap<AccountId, Role> all = new TreeMap<>();
    Histories.accounts(members - 1).forEach(account -> all.put(account, Role.MEMBER));
    all.put(alice.id(), Role.OWNER);
    return ChangeBody.found(
            TestGroup.author(alice),
            Bytes.of(new byte[32]),
            all,
            GroupOptions.DEFAULT,
            new SealedAttributes(new byte[attributes]),
            5)
        .sign(alice.signer(DeviceId.FIRST));
  }

  @Test
  void everyTruncationAndExtension_isMalformed() {
    for (GroupChange change : whole.changes()) {
      byte[] bytes = change.bytes();
      for (int length = 0; length < bytes.length + 80; length++) {
        if (length != bytes.length) {
          assertThat(malformed(Arrays.copyOf(bytes, length)))
              .as("%s, %s bytes", change, length)
              .isTrue();
        }
      }
    }
  }

  @Test
  void everyChangedByte_isRefusedByTheChain() {
    Random random = new Random(SEED);
    List<byte[]> all = whole.bytes();
    for (int n = 0; n < all.size(); n++) {
      Optional<GroupChain> before = chain(all.subList(0, n));
      for (int at = 0; at < all.get(n).length; at++) {
        byte[] changed = all.get(n).clone();
        changed[at] ^= (byte) (1 << random.nextInt(8));
        GroupChain.Outcome outcome =
            before
                .map(c -> c.append(changed, whole))
                .orElseGet(() -> GroupChain.found(changed, whole));
        assertThat(outcome)
            .as("seed %s, change %s, byte %s", SEED, n, at)
            .isInstanceOf(GroupChain.Refused.class);
      }
    }
  }

  private Optional<GroupChain> chain(List<byte[]> changes) {
    return GroupChain.of(changes, whole) instanceof GroupChain.Extended(GroupChain chain)
        ? Optional.of(chain)
        : Optional.empty();
  }

  @Test
  void anyBytes_areReadExactlyOrMalformed() {
    Random random = new Random(SEED);
    List<byte[]> all = whole.bytes();
    int read = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = all.get(random.nextInt(all.size())).clone();
      if (random.nextInt(4) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(400));
      }
      for (int changes = random.nextInt(6); changes > 0 && bytes.length > 0; changes--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      switch (GroupChange.parse(bytes)) {
        case GroupChange.Read(GroupChange change) -> {
          assertThat(change.bytes()).as("seed %s", SEED).isEqualTo(bytes);
          read++;
        }
        case GroupChange.Malformed(String what) -> assertThat(what).isNotEmpty();
      }
    }
    assertThat(read).isGreaterThan(1000);
  }

  @Test
  void layout_isTheDocumentedOne() {
    assertThat(GroupChange.MIN_LENGTH).isEqualTo(179);
    assertThat(GroupChange.MAX_LENGTH).isEqualTo(21_704);
    assertThat(PAYLOAD_AT + 64).isEqualTo(GroupChange.MIN_LENGTH);
    byte[] role = bytes(new Action.SetRole(new AccountId(3, 4), Role.ADMIN));
    ByteBuffer in = ByteBuffer.wrap(role);
    assertThat(role).hasSize(179 + 17).startsWith(1, 5);
    assertThat(in.getInt(18)).isEqualTo(1);
    assertThat(in.getLong(54)).isEqualTo(5);
    assertThat(Arrays.copyOfRange(role, 62, 78)).isEqualTo(alice.id().bytes());
    assertThat(role[78]).isEqualTo((byte) 1);
    assertThat(in.getInt(79)).isZero();
    assertThat(Arrays.copyOfRange(role, 83, 115)).isEqualTo(alice.chain().headHash().bytes());
    assertThat(in.getLong(PAYLOAD_AT)).isEqualTo(3);
    assertThat(role[PAYLOAD_AT + 16]).isEqualTo((byte) 2);
    List<Integer> kinds = whole.bytes().stream().map(b -> (int) b[1]).distinct().sorted().toList();
    assertThat(kinds).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
  }

  @Test
  void groupId_isTheStartOfAHashOfTheFounding_signatureIncluded() {
    GroupChange founding = whole.changes().getFirst();
    byte[] hash = ChangeHash.of(Domain.GROUP_ID.before(founding.bytes())).bytes();
    assertThat(founding.group().bytes()).isEqualTo(Arrays.copyOf(hash, 16));
    assertThat(Domain.GROUP_ID.before(new byte[] {9})).startsWith(0, 16, 's', 'o').endsWith('1', 9);
    assertThat(founding.hash().bytes()).isNotEqualTo(hash);
    assertThat(GroupId.parse(founding.group().toString())).isEqualTo(founding.group());
    assertThat(founding.body().sign(TestAccount.found(9).signer(DeviceId.FIRST)).group())
        .isNotEqualTo(founding.group());
  }

  @Test
  void largestFounding_isReadBack_andLargerOnesAreNone() {
    GroupChange largest = founding(GroupChain.MAX_MEMBERS, SealedAttributes.MAX_LENGTH);
    assertThat(largest.encoded().length()).isEqualTo(GroupChange.MAX_LENGTH);
    assertThat(GroupChange.parse(largest.bytes())).isEqualTo(new GroupChange.Read(largest));
    assertThatIllegalArgumentException().isThrownBy(() -> founding(1025, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> founding(1, 4097));
    assertThatIllegalArgumentException().isThrownBy(() -> founding(1, 0));
    byte[] bytes = founding(2, 1).bytes();
    int countAt = PAYLOAD_AT + 16 + 1 + 3;
    assertThat(ByteBuffer.wrap(bytes).getShort(countAt)).isEqualTo((short) 2);
    for (int wrong : new int[] {0, 1, 3, 1024, 1025, 65_535}) {
      ByteBuffer.wrap(bytes).putShort(countAt, (short) wrong);
      assertThat(malformed(bytes)).as("count %s", wrong).isTrue();
    }
  }

  @Test
  void listsOfAccounts_keepTheirBounds() {
    List<AccountId> most = Histories.accounts(1023);
    List<AccountId> tooMany = Histories.accounts(1024);
    assertThat(malformed(bytes(new Action.AddMembers(most, Role.MEMBER)))).isFalse();
    assertThat(malformed(bytes(new Action.RemoveMembers(most)))).isFalse();
    assertThat(malformed(bytes(new Action.Approve(most.subList(0, 256))))).isFalse();
    assertThat(malformed(bytes(new Action.Decline(most.subList(0, 256))))).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Action.AddMembers(tooMany, Role.MEMBER));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Action.AddMembers(List.of(), Role.MEMBER));
    assertThatIllegalArgumentException().isThrownBy(() -> new Action.RemoveMembers(tooMany));
    assertThatIllegalArgumentException().isThrownBy(() -> new Action.Approve(most.subList(0, 257)));
    assertThatIllegalArgumentException().isThrownBy(() -> new Action.Decline(most.subList(0, 257)));
    // As bytes: one account more than a request may name.
    byte[] remove = bytes(new Action.RemoveMembers(most.subList(0, 257)));
    assertThat(malformed(remove)).isFalse();
    remove[1] = ChangeFormat.APPROVE;
    assertThat(malformed(remove)).isTrue();
  }

  @Test
  void accountsOutOfOrderOrTwice_areMalformed() {
    AccountId low = new AccountId(1, 1);
    AccountId high = new AccountId(-1, 1); // unsigned
    byte[] bytes = bytes(new Action.RemoveMembers(List.of(high, low)));
    int first = PAYLOAD_AT + 2;
    assertThat(malformed(bytes)).isFalse();
    assertThat(Arrays.copyOfRange(bytes, first, first + 16)).isEqualTo(low.bytes());
    byte[] swapped = bytes.clone();
    System.arraycopy(high.bytes(), 0, swapped, first, 16);
    System.arraycopy(low.bytes(), 0, swapped, first + 16, 16);
    assertThat(malformed(swapped)).isTrue();
    byte[] twice = bytes.clone();
    System.arraycopy(low.bytes(), 0, twice, first + 16, 16);
    assertThat(malformed(twice)).isTrue();
    byte[] founding = founding(3, 1).bytes();
    int members = PAYLOAD_AT + 16 + 1 + 3 + 2;
    System.arraycopy(founding, members, founding, members + 17, 17);
    assertThat(malformed(founding)).isTrue();
  }

  @Test
  void codesThatMeanNothing_areMalformed() {
    byte[] role = bytes(new Action.SetRole(alice.id(), Role.OWNER));
    byte[] options = bytes(new Action.SetOptions(new GroupOptions(true, true)));
    byte[] link = bytes(new Action.SetLink(new InviteLink(alice.chain().recoveryKey(), true)));
    for (int value = -128; value < 128; value++) {
      assertThat(malformed(with(role, PAYLOAD_AT + 16, value))).isEqualTo(value < 1 || value > 3);
      assertThat(malformed(with(options, PAYLOAD_AT, value))).isEqualTo(value < 0 || value > 3);
      assertThat(malformed(with(link, PAYLOAD_AT + 32, value))).isEqualTo(value < 0 || value > 1);
      assertThat(malformed(with(options, 0, value))).isEqualTo(value != 1);
      assertThat(malformed(with(options, 1, value))).isEqualTo(value != 7);
      assertThat(malformed(with(options, 78, value))).isEqualTo(value < 1);
    }
    byte[] smallOrder = link.clone();
    Arrays.fill(smallOrder, PAYLOAD_AT, PAYLOAD_AT + 32, (byte) 0);
    assertThat(malformed(smallOrder)).isTrue();
  }

  private static byte[] with(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }

  @Test
  void founderWhoIsNoOwner_foundsNothing() {
    SortedMap<AccountId, Role> members = new TreeMap<>();
    members.put(new AccountId(1, 1), Role.OWNER);
    assertThatIllegalArgumentException().isThrownBy(() -> founded(members));
    members.put(alice.id(), Role.ADMIN);
    assertThatIllegalArgumentException().isThrownBy(() -> founded(members));
    byte[] bytes = founding(1, 1).bytes();
    assertThat(malformed(with(bytes, bytes.length - 65, 1))).isFalse();
    assertThat(malformed(with(bytes, bytes.length - 65, 2))).isTrue();
  }

  private ChangeBody founded(SortedMap<AccountId, Role> members) {
    return ChangeBody.found(
        TestGroup.author(alice),
        Bytes.of(new byte[32]),
        members,
        GroupOptions.DEFAULT,
        new SealedAttributes(new byte[1]),
        5);
  }

  @Test
  void groupPlaceAndKind_fitTogether() {
    Author author = TestGroup.author(alice);
    GroupId group = new GroupId(1, 2);
    ChangeHash hash = ChangeHash.of(new byte[1]);
    Action end = new Action.End();
    Action found = whole.changes().getFirst().body().action();
    assertThat(new ChangeBody(group, 0xffff_ffffL, hash, 0, author, end).revision()).isPositive();
    for (Runnable wrong :
        List.<Runnable>of(
            () -> new ChangeBody(group, 0, hash, 0, author, end),
            () -> new ChangeBody(group, 1, ChangeHash.NONE, 0, author, end),
            () -> new ChangeBody(GroupId.NONE, 1, hash, 0, author, end),
            () -> new ChangeBody(group, 1L << 32, hash, 0, author, end),
            () -> new ChangeBody(group, -1, hash, 0, author, end),
            () -> new ChangeBody(group, 1, hash, -1, author, end),
            () -> new ChangeBody(group, 0, ChangeHash.NONE, 0, author, found),
            () -> new ChangeBody(GroupId.NONE, 1, ChangeHash.NONE, 0, author, found),
            () -> new Author(alice.id(), DeviceId.FIRST, 1L << 32, alice.chain().headHash()),
            () -> new GroupId(new byte[15]),
            () -> new ChangeHash(new byte[31]),
            () -> new JoinProof(Bytes.of(new byte[63])))) {
      assertThatIllegalArgumentException().isThrownBy(wrong::run);
    }
  }

  @Test
  void oneSeed_makesOneGroup() {
    assertThat(Histories.ofEveryKind().chain().headHash()).isEqualTo(whole.chain().headHash());
  }
}
