package sotto.standalone;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sotto.blob.s3.S3Config;
import sotto.blob.s3.S3Endpoint;
import sotto.mesh.Require;
import sotto.mesh.Secret;

/// The bucket that holds media instead of the folder.
///
/// @param endpoint the S3 whose bucket holds files instead of the folder, `http://HOST:PORT` or
///   `https://HOST`; absent = the folder does
/// @param publicEndpoint where clients reach it, if that is another place than `endpoint`
/// @param region its region, as signatures name it
/// @param bucket its name; it must be there, and be nobody else's
/// @param accessKey who uses it
/// @param secretKey the secret for that; better in the environment or in a file
/// @param keysFile a file with both, a line each, instead
/// @param pathStyle whether the bucket stands in the path and not in the host's name
/// @param direct whether clients exchange large files with the bucket themselves, by signed
///   requests
/// @param ca a file of certificates that may sign the endpoint's, instead of those of the platform
record S3Settings(
    @Secret Optional<S3Endpoint> endpoint,
    @Secret Optional<S3Endpoint> publicEndpoint,
    String region,
    String bucket,
    @Secret Optional<String> accessKey,
    @Secret Optional<String> secretKey,
    Optional<Path> keysFile,
    boolean pathStyle,
    boolean direct,
    Optional<Path> ca) {
  static final S3Settings DEFAULTS =
      new S3Settings(
          Optional.empty(),
          Optional.empty(),
          "us-east-1",
          "sotto",
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          true,
          false,
          Optional.empty());

  S3Settings {
    if (endpoint.isPresent()) {
      boolean both = accessKey.isPresent() && secretKey.isPresent();
      boolean none = accessKey.isEmpty() && secretKey.isEmpty();
      Require.that(
          keysFile.isPresent() ? none : both,
          "keysFile",
          keysFile.map(Path::toString).orElse("absent"),
          "given, or both accessKey and secretKey");
    }
  }

  /// The bucket, with its keys.
  ///
  /// @return empty if the folder holds media
  /// @throws CannotServe if the file has no keys
  Optional<S3Config> config() throws IOException {
    if (endpoint.isEmpty()) {
      return Optional.empty();
    }
    List<String> keys =
        keysFile.isPresent()
            ? read(keysFile.get())
            : List.of(accessKey.orElseThrow(), secretKey.orElseThrow());
    return Optional.of(
        new S3Config(
            endpoint.get(),
            publicEndpoint,
            region,
            bucket,
            keys.get(0),
            keys.get(1),
            pathStyle,
            direct,
            ca));
  }

  private static List<String> read(Path file) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.size() < 2 || lines.get(0).isBlank() || lines.get(1).isBlank()) {
        throw new CannotServe(
            "the file of keys " + file + " must have the access key and the secret, a line each");
      }
      return List.of(lines.get(0).strip(), lines.get(1).strip());
    } catch (NoSuchFileException e) {
      throw new CannotServe("there is no file of keys " + file, e);
    } catch (CharacterCodingException e) {
      throw new CannotServe("the file of keys " + file + " is not a text in UTF-8", e);
    }
  }
}
