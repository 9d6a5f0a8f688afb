package sotto.store.token;

import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import sotto.account.v1.SignInRefused;
import sotto.account.v1.SignInRequest;
import sotto.account.v1.SignInResponse;
import sotto.account.v1.Token;
import sotto.chain.AccountId;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519PublicKey;
import sotto.mesh.DeviceToken;
import sotto.store.sql.Readers;

/// Gives a token for a signed challenge.
///
/// All refusals are one answer. Every check is made in every case, an unknown device's signature is
/// checked with a key that nobody has, so that the time does not tell which check failed.
public final class SignIn {
  /// How long a token is good.
  public static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

  private static final int JTI = 16;
  private static final Ed25519PublicKey NOBODY = unknownKey();

  private final Readers readers;
  private final Challenges challenges;
  private final SigningKeys signingKeys;
  private final Set<String> serverNames;
  private final Clock clock;
  private final SecureRandom random;

  /// For a server of these names.
  public SignIn(
      Readers readers,
      Challenges challenges,
      SigningKeys signingKeys,
      Set<String> serverNames,
      Clock clock,
      SecureRandom random) {
    this.readers = readers;
    this.challenges = challenges;
    this.signingKeys = signingKeys;
    this.serverNames = Set.copyOf(serverNames);
    this.clock = clock;
    this.random = random;
  }

  private static Ed25519PublicKey unknownKey() {
    try {
      return Ed25519PublicKey.of(
          KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no Ed25519", e);
    }
  }

  /// Checks the answer to a challenge.
  public SignInResponse signIn(SignInRequest request) {
    DeviceAddress device =
        new DeviceAddress(
            new AccountId(request.getAccountId().toByteArray()), new DeviceId(request.getDevice()));
    byte[] challenge = request.getChallenge().toByteArray();
    Optional<Ed25519PublicKey> key = authKey(device);
    boolean good = challenges.isGood(challenge, device);
    good &= serverNames.contains(request.getServerName());
    good &= key.isPresent();
    good &= signed(key.orElse(NOBODY), request, challenge, device);
    return good
        ? SignInResponse.newBuilder().setToken(token(device)).build()
        : SignInResponse.newBuilder().setRefused(SignInRefused.getDefaultInstance()).build();
  }

  private static boolean signed(
      Ed25519PublicKey key, SignInRequest request, byte[] challenge, DeviceAddress device) {
    if (challenge.length < ChallengeBytes.MIN_CHALLENGE
        || challenge.length > ChallengeBytes.MAX_CHALLENGE) {
      return false;
    }
    byte[] message =
        ChallengeBytes.of(request.getServerName(), ChallengeBytes.SIGN_IN, challenge, device);
    return key.verifies(message, request.getSignature().toByteArray());
  }

  private Optional<Ed25519PublicKey> authKey(DeviceAddress device) {
    return readers
        .ask(session ->
            session.first(
                "SELECT auth_key FROM device WHERE account_id = ? AND device_id = ?",
                row -> row.getBytes(1),
                device.account().bytes(),
                device.device().number()))
        .flatMap(Ed25519PublicKey::parse);
  }

  private Token token(DeviceAddress device) {
    long now = clock.millis();
    long end = (now + TOKEN_LIFE.toMillis()) / 1000;
    byte[] jti = new byte[JTI];
    random.nextBytes(jti);
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(DeviceToken.ISSUER);
    claims.setAudience(DeviceToken.AUDIENCE);
    claims.setSubject(DeviceToken.subject(device));
    claims.setIssuedAt(NumericDate.fromSeconds(now / 1000));
    claims.setExpirationTime(NumericDate.fromSeconds(end));
    claims.setJwtId(HexFormat.of().formatHex(jti));
    SigningKeys.Signer signer = signingKeys.signer();
    JsonWebSignature signature = new JsonWebSignature();
    signature.setPayload(claims.toJson());
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.EDDSA);
    signature.setKeyIdHeaderValue(signer.id());
    signature.setKey(signer.secret());
    try {
      return Token.newBuilder()
          .setValue(signature.getCompactSerialization())
          .setExpiresAtMs(end * 1000)
          .build();
    } catch (JoseException e) {
      throw new IllegalStateException("a token could not be signed", e);
    }
  }
}
