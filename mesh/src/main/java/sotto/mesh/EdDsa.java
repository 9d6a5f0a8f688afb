package sotto.mesh;

import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwa.AlgorithmFactoryFactory;
import org.jose4j.jwa.CryptoPrimitive;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignatureAlgorithm;
import org.jose4j.keys.KeyPersuasion;
import org.jose4j.lang.InvalidKeyException;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.LinkSigner;

/// EdDSA over Ed25519 (RFC 8037 §3.1) for jose4j, which else asks the JDK: that takes eight times
/// as long, and each call of a client is verified. Thread-safe.
public final class EdDsa implements JsonWebSignatureAlgorithm {
  private static final String JAVA_NAME = "EdDSA";
  private static final String KEY_TYPE = "OKP";

  private EdDsa() {}

  /// Has jose4j sign and verify with it in this process, from now on.
  public static void use() {
    AlgorithmFactoryFactory.getInstance().getJwsAlgorithmFactory().registerAlgorithm(new EdDsa());
  }

  @Override
  public boolean verifySignature(
      byte[] signature, Key key, byte[] securedInput, ProviderContext context) {
    return Ed25519PublicKey.of((PublicKey) key).verifies(securedInput, signature);
  }

  @Override
  public CryptoPrimitive prepareForSign(Key key, ProviderContext context) {
    return new CryptoPrimitive(key);
  }

  @Override
  public byte[] sign(CryptoPrimitive key, byte[] securedInput) {
    return LinkSigner.of((PrivateKey) key.getKey()).sign(securedInput);
  }

  @Override
  public void validateSigningKey(Key key) throws InvalidKeyException {
    if (!(key instanceof PrivateKey && JAVA_NAME.equals(key.getAlgorithm()))) {
      throw new InvalidKeyException("not an EdDSA private key");
    }
  }

  @Override
  public void validateVerificationKey(Key key) throws InvalidKeyException {
    if (!(key instanceof PublicKey && JAVA_NAME.equals(key.getAlgorithm()))) {
      throw new InvalidKeyException("not an EdDSA public key");
    }
  }

  @Override
  public String getJavaAlgorithm() {
    return JAVA_NAME;
  }

  @Override
  public String getAlgorithmIdentifier() {
    return AlgorithmIdentifiers.EDDSA;
  }

  @Override
  public KeyPersuasion getKeyPersuasion() {
    return KeyPersuasion.ASYMMETRIC;
  }

  @Override
  public String getKeyType() {
    return KEY_TYPE;
  }

  @Override
  public boolean isAvailable() {
    return true;
  }
}
