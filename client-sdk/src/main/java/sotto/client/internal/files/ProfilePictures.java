package sotto.client.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Pictures of profiles: JPEG, PNG or WebP.
public final class ProfilePictures {
  private ProfilePictures() {}

  /// The same picture without what it says about its making; empty if it is none of these.
  public static Optional<byte[]> cleaned(byte[] picture) {
    ByteSource source = ByteSource.of(picture);
    try {
      if (PictureFiles.inspect(source) instanceof PictureFiles.Known(PictureFile file)
          && mediaType(file.format()).isPresent()) {
        try (InputStream clean = file.clean().read(source)) {
          return Optional.of(clean.readAllBytes());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// What kind of picture it is, by its bytes; empty if it is none of these.
  public static Optional<String> mediaType(byte[] picture) {
    try {
      return PictureFiles.inspect(ByteSource.of(picture))
              instanceof PictureFiles.Known(PictureFile file)
          ? mediaType(file.format())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> mediaType(PictureFile.Format format) {
    return switch (format) {
      case JPEG -> Optional.of("image/jpeg");
      case PNG -> Optional.of("image/png");
      case WEBP -> Optional.of("image/webp");
      case GIF -> Optional.empty();
    };
  }
}
