package sotto.client.internal.files;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.Picture;
import sotto.client.internal.store.Attached;
import sotto.content.v1.Attachment;
import sotto.crypto.AttachmentKey;

/// A message's file as `sotto.content.v1.Attachment`: in messages to others, and in the archive.
/// What is read is within its bounds, and otherwise believed nothing.
public final class AttachmentFormat {
  /// Length of a blob's id in bytes.
  public static final int BLOB_ID = 32;

  /// Longest name in bytes of UTF-8.
  public static final int MAX_NAME_BYTES = 255;

  private static final int MAX_MEDIA_TYPE_BYTES = 127;

  private AttachmentFormat() {}

  /// All that is known of a file which is at the server.
  public static Attachment write(Attached.Entry file) {
    return Attachment.newBuilder()
        .setBlobId(bytes(file.blobId().orElseThrow()))
        .setKey(ByteString.copyFrom(file.key().key()))
        .setSize(file.key().plainSize())
        .setCiphertextSize(file.key().ciphertextSize())
        .setCiphertextSha256(bytes(file.key().ciphertextSha256()))
        .setSha256(bytes(file.key().plainSha256()))
        .setName(file.name())
        .setMediaType(file.mediaType())
        .setPreview(file.picture().map(p -> bytes(p.preview())).orElse(ByteString.EMPTY))
        .setWidth(file.picture().map(Picture::width).orElse(0))
        .setHeight(file.picture().map(Picture::height).orElse(0))
        .build();
  }

  /// A file of a message.
  ///
  /// @param message the message's row
  /// @param place its place there
  /// @return empty if a field is out of its bounds
  public static Optional<Attached.Entry> read(long message, int place, Attachment a) {
    if (a.getBlobId().size() != BLOB_ID
        || a.getNameBytes().size() > MAX_NAME_BYTES
        || a.getMediaTypeBytes().size() > MAX_MEDIA_TYPE_BYTES) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Attached.Entry(
              message,
              place,
              a.getName(),
              a.getMediaType(),
              new AttachmentKey(
                  a.getKey().toByteArray(),
                  a.getCiphertextSize(),
                  Bytes.of(a.getCiphertextSha256().toByteArray()),
                  a.getSize(),
                  Bytes.of(a.getSha256().toByteArray())),
              Optional.of(Bytes.of(a.getBlobId().toByteArray())),
              Optional.empty(),
              Pictures.believed(a.getWidth(), a.getHeight(), a.getPreview().toByteArray())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ByteString bytes(Bytes bytes) {
    return ByteString.copyFrom(bytes.toArray());
  }
}
