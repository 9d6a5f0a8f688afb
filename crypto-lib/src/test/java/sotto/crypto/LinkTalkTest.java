package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;

/// What two devices that share a code tell each other.
class LinkTalkTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  private final LinkKey shower = LinkKey.generate(RANDOM);
  private final LinkKey reply = LinkKey.generate(RANDOM);
  private final LinkCode shown = LinkCode.of(shower, RANDOM);
  private final LinkCode read = reread(shown.text());

  private static LinkCode reread(String text) {
    return ((LinkCode.Good) LinkCode.read(text)).code();
  }

  @Test
  void code_isReadAsItWasShown_howeverItIsTyped() {
    String text = shown.text();
    assertThat(text).matches("([0-9A-Z]{4}-){27}[0-9A-Z]");
    assertThat(read.publicKey()).isEqualTo(shower.publicKey());
    assertThat(reread(text.toLowerCase(java.util.Locale.ROOT).replace("-", " ")).text())
        .isEqualTo(text);
    assertThat(reread(text.replace('0', 'o').replace('1', 'l')).text()).isEqualTo(text);
  }

  @Test
  void codeWithOneWrongCharacter_isMistyped() {
    String text = shown.text();
    for (int at = 0; at < text.length(); at++) {
      if (text.charAt(at) != '-') {
        char other = text.charAt(at) == '7' ? '8' : '7';
        String wrong = text.substring(0, at) + other + text.substring(at + 1);
        assertThat(LinkCode.read(wrong)).isInstanceOf(LinkCode.Mistyped.class);
      }
    }
    assertThat(LinkCode.read(text.substring(1))).isEqualTo(new LinkCode.WrongLength(108));
    assertThat(LinkCode.read("")).isEqualTo(new LinkCode.WrongLength(0));
    assertThat(LinkCode.read("U" + text.substring(1))).isInstanceOf(LinkCode.Mistyped.class);
  }

  @Test
  void bothSides_meetAtTheSamePlaces_andAtNoOther() {
    Set<Bytes> places = new HashSet<>();
    for (LinkStep step : LinkStep.values()) {
      for (int round = 0; round < 3; round++) {
        for (int part = 0; part < 3; part++) {
          assertThat(read.slot(step, round, part)).isEqualTo(shown.slot(step, round, part));
          places.add(shown.slot(step, round, part));
        }
      }
    }
    assertThat(places).hasSize(LinkStep.values().length * 9);
    assertThat(LinkCode.of(shower, RANDOM).slot(LinkStep.OFFER, 0, 0))
        .isNotEqualTo(shown.slot(LinkStep.OFFER, 0, 0));
  }

  @Test
  void wholeConversation_opens() {
    LinkTalk old = new LinkTalk(read);
    LinkTalk fresh = new LinkTalk(shown);
    byte[] offer = seal(old, LinkStep.OFFER, 0, read.publicKey());
    assertThat(fresh.open(LinkStep.OFFER, 0, shower, offer)).contains(HELLO);
    byte[] join = seal(fresh, LinkStep.JOIN, 0, reply.publicKey());
    assertThat(old.open(LinkStep.JOIN, 0, reply, join)).contains(HELLO);
    for (int round = 0; round < 2; round++) {
      byte[] grant = seal(old, LinkStep.GRANT, round, read.publicKey());
      assertThat(fresh.open(LinkStep.GRANT, round, shower, grant)).contains(HELLO);
      byte[] report = seal(fresh, LinkStep.REPORT, round, reply.publicKey());
      assertThat(old.open(LinkStep.REPORT, round, reply, report)).contains(HELLO);
    }
  }

  private static byte[] seal(LinkTalk talk, LinkStep step, int round, Bytes reader) {
    return talk.seal(step, round, reader, HELLO).orElseThrow();
  }

  @Test
  void oneWhoKnowsTheKeyButNotTheSecret_isNotBelieved() {
    LinkCode other = LinkCode.of(shower, RANDOM);
    byte[] offer = seal(new LinkTalk(other), LinkStep.OFFER, 0, shower.publicKey());
    assertThat(new LinkTalk(shown).open(LinkStep.OFFER, 0, shower, offer)).isEmpty();
  }

  @Test
  void oneWhoKnowsTheCodeButNotItsPrivateKey_readsNothing() {
    byte[] offer = seal(new LinkTalk(read), LinkStep.OFFER, 0, read.publicKey());
    assertThat(new LinkTalk(read).open(LinkStep.OFFER, 0, reply, offer)).isEmpty();
  }

  @Test
  void message_isWorthNothingInAnotherPlace_orBehindAnotherConversation() {
    byte[] offer = seal(new LinkTalk(read), LinkStep.OFFER, 0, read.publicKey());
    LinkTalk fresh = new LinkTalk(shown);
    assertThat(fresh.open(LinkStep.GRANT, 0, shower, offer)).isEmpty();
    assertThat(fresh.open(LinkStep.OFFER, 1, shower, offer)).isEmpty();
    assertThat(fresh.open(LinkStep.OFFER, 0, shower, offer)).isPresent();

    LinkTalk otherOld = new LinkTalk(read);
    byte[] otherOffer = seal(otherOld, LinkStep.OFFER, 0, read.publicKey());
    assertThat(otherOffer).isNotEqualTo(offer);
    byte[] join = seal(fresh, LinkStep.JOIN, 0, reply.publicKey());
    assertThat(otherOld.open(LinkStep.JOIN, 0, reply, join)).isEmpty();
  }

  @Test
  void damagedMessage_doesNotOpen_andChangesNothing() {
    byte[] offer = seal(new LinkTalk(read), LinkStep.OFFER, 0, read.publicKey());
    LinkTalk fresh = new LinkTalk(shown);
    for (int at = 0; at < offer.length; at++) {
      byte[] damaged = offer.clone();
      damaged[at] ^= 1;
      assertThat(fresh.open(LinkStep.OFFER, 0, shower, damaged)).isEmpty();
    }
    assertThat(fresh.open(LinkStep.OFFER, 0, shower, new byte[40])).isEmpty();
    assertThat(fresh.open(LinkStep.OFFER, 0, shower, offer)).isPresent();
  }

  @Test
  void keyThatIsNone_isRefused() {
    LinkTalk talk = new LinkTalk(read);
    assertThat(talk.seal(LinkStep.JOIN, 0, Bytes.of(new byte[32]), HELLO)).isEmpty();
    assertThat(talk.seal(LinkStep.JOIN, 0, Bytes.of(new byte[31]), HELLO)).isEmpty();
  }

  @Test
  void closedCodeAndKey_workNoMore_andPrintNothing() {
    assertThat(shown.toString()).isEqualTo("LinkCode[109 characters]");
    shown.close();
    shower.close();
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() -> shown.slot(LinkStep.OFFER, 0, 0)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(org.assertj.core.api.Assertions.catchThrowable(shower::pair))
        .isInstanceOf(IllegalStateException.class);
  }
}
