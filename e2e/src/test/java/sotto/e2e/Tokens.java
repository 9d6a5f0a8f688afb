package sotto.e2e;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import sotto.chain.Ed25519KeyPairs;
import sotto.chain.LinkSigner;

/// Makes tokens by hand (RFC 7515, RFC 7519), also with the server's own key, which is read from
/// its database: so an expired token, or one of a device that is gone, can be had without waiting.
///
/// @param id the `kid` of the server's newest key
/// @param key that key
record Tokens(String id, PrivateKey key) {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  /// Reads the signing key of a server that runs.
  static Tokens of(Path data) {
    try (var all = java.nio.file.Files.walk(data)) {
      for (var file : all.filter(p -> p.toString().endsWith(".db")).toList()) {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
            var statement = connection.createStatement();
            var rows =
                statement.executeQuery(
                    "SELECT id, secret FROM server_key WHERE kind = 'token'"
                        + " ORDER BY created_at DESC")) {
          if (rows.next()) {
            var secret = new PKCS8EncodedKeySpec(rows.getBytes(2));
            return new Tokens(
                rows.getString(1), KeyFactory.getInstance("Ed25519").generatePrivate(secret));
          }
        } catch (SQLException e) {
          if (!String.valueOf(e.getMessage()).contains("no such table")) {
            throw e;
          }
        }
      }
      throw new IllegalStateException("no database with a signing key below " + data);
    } catch (java.io.IOException | SQLException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The claims of a good token for a subject.
  static JsonObject claims(String subject, long issuedAt) {
    var claims = new JsonObject();
    claims.addProperty("iss", "sotto");
    claims.addProperty("aud", "sotto-relay");
    claims.addProperty("sub", subject);
    claims.addProperty("iat", issuedAt);
    claims.addProperty("exp", issuedAt + Duration.ofMinutes(10).toSeconds());
    claims.addProperty("jti", UUID.randomUUID().toString());
    return claims;
  }

  static long now() {
    return System.currentTimeMillis() / 1000;
  }

  /// A token with the server's own signature.
  String signed(JsonObject claims) {
    return signed(claims, key);
  }

  /// A token that names the server's key and is signed with another.
  String foreign(JsonObject claims) {
    return signed(claims, Ed25519KeyPairs.generate(new SecureRandom()).getPrivate());
  }

  private String signed(JsonObject claims, PrivateKey with) {
    var unsigned = part(header("EdDSA")) + "." + part(claims);
    var signature = LinkSigner.of(with).sign(unsigned.getBytes(StandardCharsets.US_ASCII));
    return unsigned + "." + BASE64.encodeToString(signature);
  }

  /// A token with the algorithm `none` and no signature.
  String unsigned(JsonObject claims) {
    return part(header("none")) + "." + part(claims) + ".";
  }

  /// A token with a MAC whose key is something public.
  String macced(JsonObject claims, byte[] secret) {
    try {
      var text = part(header("HS256")) + "." + part(claims);
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      var tag = mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
      return text + "." + BASE64.encodeToString(tag);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonObject header(String algorithm) {
    var header = new JsonObject();
    header.addProperty("alg", algorithm);
    header.addProperty("kid", id);
    return header;
  }

  private static String part(JsonObject json) {
    return BASE64.encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
  }
}
