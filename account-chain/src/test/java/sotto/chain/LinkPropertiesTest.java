package sotto.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sotto.chain.testing.TestAccount;

class LinkPropertiesTest {
  private static final long SEED = 20_251;

  private static List<Link> oneOfEachKind() {
    TestAccount account = TestAccount.found(SEED);
    account.addDevice();
    account.replaceRecoveryKey();
    account.removeDevice(new DeviceId(2));
    account.delete();
    return account.chain().links();
  }

  @Test
  void everyTruncationAndExtension_isMalformed() {
    for (Link link : oneOfEachKind()) {
      byte[] bytes = link.bytes();
      for (int length = 0; length < bytes.length + 80; length++) {
        if (length != bytes.length) {
          assertThat(Link.parse(Arrays.copyOf(bytes, length))).isInstanceOf(Link.Malformed.class);
        }
      }
    }
  }

  @Test
  void everyChangedBit_isRefusedByTheChain() {
    List<Link> links = oneOfEachKind();
    for (int n = 0; n < links.size(); n++) {
      byte[] bytes = links.get(n).bytes();
      Optional<AccountChain> before = chain(links.subList(0, n));
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << (bit % 8));
        AccountChain.Outcome outcome =
            before.map(c -> c.append(changed)).orElseGet(() -> AccountChain.found(changed));
        assertThat(outcome).as("link %s, bit %s", n, bit).isInstanceOf(AccountChain.Refused.class);
      }
    }
  }

  private static Optional<AccountChain> chain(List<Link> links) {
    return AccountChain.of(links.stream().map(Link::bytes).toList())
            instanceof AccountChain.Extended(AccountChain chain)
        ? Optional.of(chain)
        : Optional.empty();
  }

  @Test
  void anyBytes_areReadExactlyOrMalformed() {
    Random random = new Random(SEED);
    List<Link> links = oneOfEachKind();
    for (int round = 0; round < 10_000; round++) {
      byte[] bytes = links.get(random.nextInt(links.size())).bytes();
      if (random.nextInt(4) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(400));
      }
      for (int changes = random.nextInt(6); changes > 0 && bytes.length > 0; changes--) {
        bytes[random.nextInt(Math.min(bytes.length, 1 + random.nextInt(340)))] =
            (byte) random.nextInt();
      }
      switch (Link.parse(bytes)) {
        case Link.Read(Link link) -> assertThat(link.bytes()).as("seed %s", SEED).isEqualTo(bytes);
        case Link.Malformed(String what) -> assertThat(what).isNotEmpty();
      }
    }
  }

  @Test
  void layout_isTheDocumentedOne() {
    List<Integer> lengths = oneOfEachKind().stream().map(l -> l.encoded().length()).toList();
    assertThat(lengths).containsExactly(337, 241, 207, 112, 111);
    assertThat(Link.MIN_LENGTH).isEqualTo(111);
    assertThat(Link.MAX_LENGTH).isEqualTo(337);
    byte[] remove = oneOfEachKind().get(3).bytes();
    assertThat(Arrays.copyOf(remove, 6)).containsExactly(1, 3, 0, 0, 0, 3);
    assertThat(remove[46]).isZero();
    assertThat(remove[47]).isEqualTo((byte) 2);
  }

  @Test
  void oneSeed_makesOneAccount() {
    assertThat(TestAccount.found(7).id()).isEqualTo(TestAccount.found(7).id());
    assertThat(TestAccount.found(7).id()).isNotEqualTo(TestAccount.found(8).id());
  }
}
