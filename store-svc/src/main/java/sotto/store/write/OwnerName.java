package sotto.store.write;

import java.security.SecureRandom;
import java.util.HexFormat;

/// The name of an owner in the rows of its buckets: its pod and one start of its process (protocol
/// B2), so that a frozen process and its successor of the same pod differ. Written `pod/start`.
///
/// @param pod without a slash
/// @param start random for each start of the process
public record OwnerName(String pod, String start) {
  private static final int START_BYTES = 8;

  /// The name of a pod that starts now.
  public static OwnerName starting(String pod, SecureRandom random) {
    byte[] start = new byte[START_BYTES];
    random.nextBytes(start);
    return new OwnerName(pod, HexFormat.of().formatHex(start));
  }

  /// The pod in the name of an owner.
  public static String podOf(String owner) {
    int slash = owner.indexOf('/');
    return slash < 0 ? owner : owner.substring(0, slash);
  }

  /// Whether another name is that of a start of the same pod.
  boolean isPodOf(String owner) {
    return owner.startsWith(pod + "/");
  }

  @Override
  public String toString() {
    return pod + "/" + start;
  }
}
