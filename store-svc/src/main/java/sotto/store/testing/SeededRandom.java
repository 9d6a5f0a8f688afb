package sotto.store.testing;

import java.security.SecureRandom;
import java.security.SecureRandomSpi;
import java.util.random.RandomGenerator;

/// Numbers that are the same for the same seed, where secret ones are asked for.
public final class SeededRandom extends SecureRandom {
  private static final long serialVersionUID = 1;

  /// Numbers of this source.
  public SeededRandom(RandomGenerator source) {
    super(new Source(source), null);
  }

  private static final class Source extends SecureRandomSpi {
    private static final long serialVersionUID = 1;

    private final transient RandomGenerator source;

    Source(RandomGenerator source) {
      this.source = source;
    }

    @Override
    protected void engineSetSeed(byte[] seed) {
      // What is mixed in must not change what follows.
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
      source.nextBytes(bytes);
    }

    @Override
    protected byte[] engineGenerateSeed(int length) {
      byte[] seed = new byte[length];
      source.nextBytes(seed);
      return seed;
    }
  }
}
