package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ProfileRow;
import sotto.content.v1.Profile;
import sotto.content.v1.ProfilePicture;
import sotto.crypto.PictureKey;

/// What is sealed of a profile: made, and read. What comes is refused unless every field is within
/// its bounds.
final class ProfileText {
  private static final int SHA256 = 32;

  private ProfileText() {}

  static byte[] of(ProfileRow row) {
    Profile.Builder text = Profile.newBuilder().setName(row.name()).setAbout(row.about());
    row.reference().flatMap(ProfileText::picture).ifPresent(text::setPicture);
    return text.build().toByteArray();
  }

  static Optional<Profile> read(byte[] bytes) {
    try {
      Profile text = Profile.parseFrom(bytes);
      var _ = new sotto.client.Profile(text.getName(), text.getAbout(), Optional.empty());
      return text.hasPicture() && !valid(text.getPicture()) ? Optional.empty() : Optional.of(text);
    } catch (InvalidProtocolBufferException | SottoException e) {
      return Optional.empty();
    }
  }

  static ProfilePicture reference(Bytes blobId, PictureKey key, long size, byte[] sha256) {
    return ProfilePicture.newBuilder()
        .setBlobId(ByteString.copyFrom(blobId.toArray()))
        .setKey(ByteString.copyFrom(key.bytes()))
        .setSize(size)
        .setSha256(ByteString.copyFrom(sha256))
        .build();
  }

  /// A reference as it is kept.
  static Optional<ProfilePicture> picture(Bytes reference) {
    try {
      return Optional.of(ProfilePicture.parseFrom(reference.toArray())).filter(ProfileText::valid);
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  static boolean valid(ProfilePicture picture) {
    return picture.getBlobId().size() == AttachmentFormat.BLOB_ID
        && picture.getKey().size() == PictureKey.LENGTH
        && picture.getSize() > 0
        && picture.getSize() <= PictureKey.maxBlob()
        && picture.getSha256().size() == SHA256;
  }
}
