package sotto.relay;

import com.google.protobuf.ByteString;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Instant;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.lang.JoseException;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.Ed25519KeyPairs;
import sotto.chain.Ed25519PublicKey;
import sotto.mailbox.v1.TokenKey;
import sotto.mesh.DeviceToken;
import sotto.mesh.RestoreToken;

/// Signs tokens as the store does.
final class TestTokens {
  final String kid;
  final KeyPair keys;

  TestTokens(String kid) {
    this.kid = kid;
    keys = Ed25519KeyPairs.generate(new SecureRandom());
  }

  TokenKey publicKey() {
    return TokenKey.newBuilder()
        .setId(kid)
        .setPublicKey(ByteString.copyFrom(Ed25519PublicKey.of(keys.getPublic()).bytes()))
        .build();
  }

  String token(DeviceAddress device, Instant until) {
    return sign(claims(device, until));
  }

  static JwtClaims claims(DeviceAddress device, Instant until) {
    var claims = new JwtClaims();
    claims.setIssuer(DeviceToken.ISSUER);
    claims.setAudience(DeviceToken.AUDIENCE);
    claims.setSubject(DeviceToken.subject(device));
    claims.setExpirationTime(NumericDate.fromSeconds(until.getEpochSecond()));
    return claims;
  }

  static JwtClaims restoring(AccountId account, Instant until) {
    var claims = new JwtClaims();
    claims.setIssuer(DeviceToken.ISSUER);
    claims.setAudience(RestoreToken.AUDIENCE);
    claims.setSubject(RestoreToken.subject(account));
    claims.setExpirationTime(NumericDate.fromSeconds(until.getEpochSecond()));
    return claims;
  }

  String sign(JwtClaims claims) {
    var signature = new JsonWebSignature();
    signature.setPayload(claims.toJson());
    signature.setKey(keys.getPrivate());
    signature.setKeyIdHeaderValue(kid);
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.EDDSA);
    try {
      return signature.getCompactSerialization();
    } catch (JoseException e) {
      throw new AssertionError(e);
    }
  }
}
