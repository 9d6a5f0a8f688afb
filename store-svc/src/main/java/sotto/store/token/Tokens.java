package sotto.store.token;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import sotto.account.v1.Token;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.mesh.DeviceToken;
import sotto.mesh.EdDsa;
import sotto.mesh.RestoreToken;

/// Makes tokens. Safe for many threads.
public final class Tokens {
  /// How long a token is good.
  public static final Duration LIFE = Duration.ofMinutes(10);

  private static final int JTI = 16;

  static {
    EdDsa.use();
  }

  private final SigningKeys signingKeys;
  private final Clock clock;
  private final SecureRandom random;

  /// Signed with these keys.
  public Tokens(SigningKeys signingKeys, Clock clock, SecureRandom random) {
    this.signingKeys = signingKeys;
    this.clock = clock;
    this.random = random;
  }

  /// A token with which a device does all that a device may.
  Token device(DeviceAddress device) {
    return token(DeviceToken.AUDIENCE, DeviceToken.subject(device));
  }

  /// A token with which blobs are downloaded for an account, and nothing else is done.
  Token restore(AccountId account) {
    return token(RestoreToken.AUDIENCE, RestoreToken.subject(account));
  }

  private Token token(String audience, String subject) {
    long now = clock.millis();
    long end = (now + LIFE.toMillis()) / 1000;
    byte[] jti = new byte[JTI];
    random.nextBytes(jti);
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(DeviceToken.ISSUER);
    claims.setAudience(audience);
    claims.setSubject(subject);
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
