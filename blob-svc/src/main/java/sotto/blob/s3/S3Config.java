package sotto.blob.s3;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import sotto.mesh.Require;

/// A bucket, and who may use it.
///
/// @param endpoint where it answers
/// @param publicEndpoint the same as clients reach it, for signed requests; absent: as `endpoint`
/// @param region as signatures name it
/// @param bucket it must be there
/// @param accessKey of an account that may read, write and list it
/// @param secretKey its secret
/// @param pathStyle whether the bucket stands in the path, as most S3s of one's own want it, and
///   not in the host's name
/// @param direct whether clients may exchange content with the bucket themselves
/// @param ca a file of certificates that may sign the endpoint's, instead of those of the platform
public record S3Config(
    S3Endpoint endpoint,
    Optional<S3Endpoint> publicEndpoint,
    String region,
    String bucket,
    String accessKey,
    String secretKey,
    boolean pathStyle,
    boolean direct,
    Optional<Path> ca) {
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /// Checks the forms.
  ///
  /// @throws IllegalArgumentException naming the one that is broken, never a secret
  public S3Config {
    Require.that(REGION.matcher(region).matches(), "region", region, "such as us-east-1");
    Require.that(
        BUCKET.matcher(bucket).matches(),
        "bucket",
        bucket,
        "3 to 63 lower-case letters, digits, dots and hyphens");
    Require.that(!accessKey.isBlank(), "access-key", "empty", "given");
    Require.that(!secretKey.isBlank(), "secret-key", "empty", "given");
  }

  /// Where clients reach it.
  S3Endpoint seenByClients() {
    return publicEndpoint.orElse(endpoint);
  }

  /// Without the keys.
  @Override
  public String toString() {
    return "S3Config[" + endpoint + ", bucket " + bucket + ", region " + region + "]";
  }
}
