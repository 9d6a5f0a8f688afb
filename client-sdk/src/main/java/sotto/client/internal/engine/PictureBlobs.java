package sotto.client.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.archive.Depot;
import sotto.client.internal.files.ProfilePictures;
import sotto.client.internal.store.Sha256;
import sotto.content.v1.ProfilePicture;
import sotto.crypto.PictureKey;

/// Pictures of profiles and groups at the server, each under a key of its own. Blocks; not on the
/// lane.
final class PictureBlobs {
  private static final int UPLOAD_ID = 16;

  private final Core core;
  private final Depot depot;

  PictureBlobs(Core core, Depot depot) {
    this.core = core;
    this.depot = depot;
  }

  /// A picture without what it says about its making.
  ///
  /// @throws SottoException INVALID_INPUT if it is none
  static Bytes cleaned(Bytes picture) {
    return ProfilePictures.cleaned(picture.toArray())
        .map(Bytes::of)
        .orElseThrow(() ->
            SottoException.invalid(
                "picture", "A picture is a JPEG, PNG or WebP that can be read, of at most 1 MiB."));
  }

  /// Brings a picture to the server.
  ///
  /// @return what it is fetched by
  ProfilePicture upload(Bytes picture) {
    PictureKey key = PictureKey.generate(core.random());
    byte[] blob = key.seal(picture.toArray(), core.random());
    Bytes uploadId = Bytes.of(core.randomBytes(UPLOAD_ID));
    Path file = core.store().outgoingFolder().resolve("profile-" + uploadId);
    byte[] sha256 = Sha256.of(blob);
    try {
      Files.createDirectories(core.store().outgoingFolder());
      Files.write(file, blob);
      return switch (depot.put(blob.length, Bytes.of(sha256), uploadId, file)) {
        case Depot.Stored(Bytes blobId) -> ProfileText.reference(blobId, key, blob.length, sha256);
        case Depot.NoRoom _ ->
            throw SottoException.of(Code.REFUSED, "The server has no room for the picture.");
        case Depot.Unacceptable _, Depot.Unreadable _ ->
            throw SottoException.of(Code.REFUSED, "The server does not take the picture.");
      };
    } catch (IOException e) {
      throw SottoException.of(Code.STORAGE_FULL, "The picture cannot be encrypted here.", e);
    } finally {
      remove(file);
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is ciphertext, and swept away when the home is opened.
      return;
    }
  }

  /// Fetches a picture; empty if it is not what the reference says, or none.
  Optional<Bytes> fetch(ProfilePicture reference) {
    return depot
        .get(Bytes.of(reference.getBlobId().toByteArray()), reference.getSize())
        .filter(blob -> Arrays.equals(Sha256.of(blob), reference.getSha256().toByteArray()))
        .flatMap(PictureKey.of(reference.getKey().toByteArray())::open)
        .filter(picture -> ProfilePictures.mediaType(picture).isPresent())
        .map(Bytes::of);
  }

  /// Deletes a picture's blob.
  void delete(Bytes blobId) {
    depot.delete(blobId);
  }
}
