package sotto.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sotto.chain.testing.TestAccount;

class ValuesTest {
  /// The y coordinates of the eight points whose order divides 8: under such a key anyone can sign.
  private static final Set<BigInteger> SMALL_ORDER_Y =
      Set.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(20)), // RFC 7748 §4.1: p - 1
          new BigInteger("5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16),
          new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16));

  private static final HexFormat HEX = HexFormat.of();

  @Test
  void accountId_roundTripsAndNamesItsBucket() {
    AccountId id = AccountId.parse("ffc0112233445566778899aabbccddee");
    assertThat(id).hasToString("ffc0112233445566778899aabbccddee");
    assertThat(new AccountId(id.bytes())).isEqualTo(id).hasSameHashCodeAs(id);
    assertThat(id.bucket()).isEqualTo(1023);
    assertThat(AccountId.parse("00400000000000000000000000000000").bucket()).isEqualTo(1);
    assertThat(AccountId.parse("003f0000000000000000000000000000").bucket()).isZero();
    assertThat(id).isGreaterThan(AccountId.parse("0".repeat(32)));
    assertThatIllegalArgumentException().isThrownBy(() -> new AccountId(new byte[15]));
    assertThatIllegalArgumentException().isThrownBy(() -> AccountId.parse("zz".repeat(16)));
  }

  @Test
  void deviceNumbers_areOneTo127() {
    assertThat(new DeviceId(127).number()).isEqualTo(127);
    assertThatIllegalArgumentException().isThrownBy(() -> new DeviceId(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new DeviceId(128));
  }

  @Test
  void ed25519_acceptsTheVectorsOfRfc8032() {
    // RFC 8032 §7.1, TEST 3.
    Ed25519PublicKey key =
        new Ed25519PublicKey(
            HEX.parseHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));
    byte[] signature =
        HEX.parseHex(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
    assertThat(key.verifies(HEX.parseHex("af82"), signature)).isTrue();
    assertThat(key.verifies(HEX.parseHex("af83"), signature)).isFalse();
    assertThat(key.verifies(HEX.parseHex("af82"), Arrays.copyOf(signature, 63))).isFalse();
    byte[] malleated = signature.clone();
    malleated[63] |= (byte) 0xe0; // S above the group's order
    assertThat(key.verifies(HEX.parseHex("af82"), malleated)).isFalse();
  }

  @Test
  void ed25519_makesThePublicKeysOfRfc8032() {
    // RFC 8032 §7.1, TEST 3.
    byte[] seed = HEX.parseHex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
    byte[] expected =
        HEX.parseHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
    assertThat(Ed25519PublicKey.ofSeed(seed).bytes()).isEqualTo(expected);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ed25519PublicKey.ofSeed(Arrays.copyOf(seed, 31)));
  }

  @Test
  void ed25519_makesPairsThatTheJdkSignsAndVerifiesWith() throws Exception {
    KeyPair pair = Ed25519KeyPairs.generate(new Random(1));
    byte[] message = "message".getBytes(StandardCharsets.UTF_8);
    Signature jdk = Signature.getInstance("Ed25519");
    jdk.initSign(pair.getPrivate());
    jdk.update(message);
    byte[] signature = jdk.sign();
    assertThat(Ed25519PublicKey.of(pair.getPublic()).verifies(message, signature)).isTrue();
    assertThat(LinkSigner.of(pair.getPrivate()).sign(message)).isEqualTo(signature);
    jdk.initVerify(pair.getPublic());
    jdk.update(message);
    assertThat(jdk.verify(signature)).isTrue();
  }

  @Test
  void keysOfSmallOrderOrOffTheCurve_areNoKeys() {
    BigInteger p = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    BigInteger d =
        BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(p))
            .mod(p); // RFC 8032 §5.1
    int orderEight = 0;
    for (BigInteger y : SMALL_ORDER_Y) {
      assertThat(Ed25519PublicKey.parse(littleEndian(y))).isEmpty();
      // Doubling a point of order 8 gives y = 0: d·y⁴ + 2y² = 1 on this curve.
      BigInteger square = y.multiply(y).mod(p);
      BigInteger left = d.multiply(square).multiply(square).add(square.shiftLeft(1)).mod(p);
      orderEight += left.equals(BigInteger.ONE) ? 1 : 0;
    }
    assertThat(orderEight).isEqualTo(2);
    for (int above = 0; above < 19; above++) {
      BigInteger notCanonical = p.add(BigInteger.valueOf(above));
      assertThat(Ed25519PublicKey.parse(littleEndian(notCanonical))).isEmpty();
    }
    assertThat(Ed25519PublicKey.parse(littleEndian(BigInteger.TWO))).isEmpty();
    assertThat(Ed25519PublicKey.parse(new byte[31])).isEmpty();
  }

  private static byte[] littleEndian(BigInteger y) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = y.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  @Test
  void challengeBytes_areTheDocumentedOnes() {
    DeviceAddress address =
        new DeviceAddress(AccountId.parse("00112233445566778899aabbccddeeff"), new DeviceId(3));
    byte[] challenge = HEX.parseHex("0f0e0d0c0b0a09080706050403020100");
    String expected =
        "0011"
            + hex("sotto/challenge/1")
            + "000b"
            + hex("example.org")
            + "0007"
            + hex("sign-in")
            + "0010"
            + HEX.formatHex(challenge)
            + address.account()
            + "03";
    assertThat(HEX.formatHex(ChallengeBytes.of("example.org", "sign-in", challenge, address)))
        .isEqualTo(expected);
  }

  private static String hex(String text) {
    return HEX.formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void challengeBytes_keepTheirBounds() {
    DeviceAddress address = TestAccount.found(1).address(DeviceId.FIRST);
    byte[] challenge = new byte[16];
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChallengeBytes.of("", "sign-in", challenge, address));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChallengeBytes.of("x".repeat(256), "sign-in", challenge, address));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChallengeBytes.of("x", "", challenge, address));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChallengeBytes.of("x", "sign-in", new byte[15], address));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ChallengeBytes.of("x", "sign-in", new byte[129], address));
  }

  @Test
  void answerToAChallenge_isOneDevicesOnly() {
    TestAccount alice = TestAccount.found(1);
    DeviceId second = alice.addDevice();
    byte[] challenge = new byte[32];
    byte[] answer = alice.answer("example.org", ChallengeBytes.SIGN_IN, challenge, DeviceId.FIRST);
    Ed25519PublicKey first = alice.chain().device(DeviceId.FIRST).orElseThrow().authKey();
    assertThat(
            first.verifies(
                ChallengeBytes.of(
                    "example.org", "sign-in", challenge, alice.address(DeviceId.FIRST)),
                answer))
        .isTrue();
    assertThat(
            first.verifies(
                ChallengeBytes.of(
                    "evil.example", "sign-in", challenge, alice.address(DeviceId.FIRST)),
                answer))
        .isFalse();
    assertThat(
            first.verifies(
                ChallengeBytes.of("example.org", "sign-in", challenge, alice.address(second)),
                answer))
        .isFalse();
  }

  @Test
  void identityProofBytes_nameTheAccount() {
    TestAccount alice = TestAccount.found(1);
    Ed25519PublicKey key = alice.chain().recoveryKey();
    String domain = "0016" + hex("sotto/identity-proof/1");
    assertThat(HEX.formatHex(IdentityProofBytes.joining(alice.id(), key)))
        .isEqualTo(domain + alice.id() + key.value());
    assertThat(HEX.formatHex(IdentityProofBytes.founding(key)))
        .isEqualTo(domain + "0".repeat(32) + key.value());
  }

  @Test
  void signedBytesOfALink_areItsDomainAndItsBody() {
    Link link = TestAccount.found(1).chain().links().getFirst();
    assertThat(HEX.formatHex(link.body().signedBytes()))
        .isEqualTo(
            "000c" + hex("sotto/link/1") + link.encoded().toString().substring(0, 2 * (337 - 128)));
  }
}
