package sotto.relay.edge;

import java.security.Key;
import java.time.Clock;
import java.time.Instant;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;
import sotto.mesh.DeviceToken;
import sotto.mesh.EdDsa;
import sotto.mesh.RestoreToken;

/// Checks tokens: a JWT (RFC 7519) signed with EdDSA (RFC 8037) and no other algorithm, whatever
/// its header says. Thread-safe; no I/O.
final class TokenVerifier {
  /// The longest token that is looked at, characters.
  static final int MAX_TOKEN = 1_024;

  private static final AlgorithmConstraints ED_DSA =
      new AlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.EDDSA);

  static {
    EdDsa.use();
  }

  private final Clock clock;
  private final TokenKeys keys;

  TokenVerifier(Clock clock, TokenKeys keys) {
    this.clock = clock;
    this.keys = keys;
  }

  Verdict verify(String token) {
    if (token.length() > MAX_TOKEN) {
      return new Verdict.Bad();
    }
    String kid = kid(token);
    if (kid.isEmpty()) {
      return new Verdict.Bad();
    }
    return keys.find(kid).map(key -> verify(token, key)).orElse(new Verdict.KeyUnknown());
  }

  private static String kid(String token) {
    try {
      var signature = new JsonWebSignature();
      signature.setCompactSerialization(token);
      String kid = signature.getKeyIdHeaderValue();
      return kid != null && AlgorithmIdentifiers.EDDSA.equals(signature.getAlgorithmHeaderValue())
          ? kid
          : "";
    } catch (JoseException e) {
      return "";
    }
  }

  private Verdict verify(String token, Key key) {
    var consumer =
        new JwtConsumerBuilder()
            .setJwsAlgorithmConstraints(ED_DSA)
            .setVerificationKey(key)
            .setExpectedIssuer(DeviceToken.ISSUER)
            .setExpectedAudience(DeviceToken.AUDIENCE, RestoreToken.AUDIENCE)
            .setRequireExpirationTime()
            .setRequireSubject()
            .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
            .build();
    try {
      var claims = consumer.processToClaims(token);
      var until = Instant.ofEpochMilli(claims.getExpirationTime().getValueInMillis());
      return switch (audience(claims)) {
        case DeviceToken.AUDIENCE ->
            DeviceToken.device(claims.getSubject())
                .<Verdict>map(device -> new Verdict.Good(device, until))
                .orElse(new Verdict.Bad());
        case RestoreToken.AUDIENCE ->
            RestoreToken.account(claims.getSubject())
                .<Verdict>map(account -> new Verdict.Restores(account, until))
                .orElse(new Verdict.Bad());
        default -> new Verdict.Bad();
      };
    } catch (InvalidJwtException e) {
      boolean onlyEnded =
          e.getErrorDetails().stream()
              .allMatch(error -> error.getErrorCode() == ErrorCodes.EXPIRED);
      return onlyEnded && e.hasExpired() ? new Verdict.Ended() : new Verdict.Bad();
    } catch (MalformedClaimException e) {
      return new Verdict.Bad();
    }
  }

  /// A token is for one thing.
  private static String audience(JwtClaims claims) throws MalformedClaimException {
    var all = claims.getAudience();
    return all.size() == 1 ? all.getFirst() : "";
  }
}
