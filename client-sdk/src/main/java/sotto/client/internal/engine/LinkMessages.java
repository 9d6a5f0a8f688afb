package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519PublicKey;
import sotto.client.Device;
import sotto.client.SottoException;
import sotto.client.Username;
import sotto.crypto.ArchiveKey;
import sotto.crypto.ChainTrust;
import sotto.crypto.DeviceKeys;
import sotto.crypto.LinkKey;
import sotto.crypto.ProfileKey;
import sotto.link.v1.Grant;
import sotto.link.v1.Granted;
import sotto.link.v1.Join;
import sotto.link.v1.Offer;
import sotto.link.v1.Report;

/// Makes the messages of a linking, and checks those that come: the other side is hostile until
/// every field is within its bounds and every chain holds.
final class LinkMessages {
  private static final int VERSION = 1;

  private LinkMessages() {}

  /// Whose account it is, checked.
  ///
  /// @param chain the whole chain
  /// @param username what it is called, by the other device
  /// @param replyKey what the answer is encrypted for
  record Offered(AccountChain chain, Username username, Bytes replyKey) {}

  /// What a new device says of itself, checked; its proof is looked at with the link.
  ///
  /// @param identityKey the identity key
  /// @param authKey the authentication key
  /// @param identityProof the proof
  /// @param name what people call it
  record Joining(Bytes identityKey, Ed25519PublicKey authKey, Bytes identityProof, String name) {
    DeviceEntry entry(DeviceId number) {
      return new DeviceEntry(number, identityKey, authKey, identityProof);
    }
  }

  static Offer offer(AccountChain chain, Username username, Bytes replyKey) {
    Offer.Builder offer =
        Offer.newBuilder()
            .setVersion(VERSION)
            .setAccountId(ByteString.copyFrom(chain.id().bytes()))
            .setUsername(username.value())
            .setReplyKey(ByteString.copyFrom(replyKey.toArray()));
    chain.links().forEach(link -> offer.addLinks(ByteString.copyFrom(link.bytes())));
    return offer.build();
  }

  static Optional<Offered> offered(byte[] bytes) {
    try {
      Offer offer = Offer.parseFrom(bytes);
      List<byte[]> links = offer.getLinksList().stream().map(ByteString::toByteArray).toList();
      if (offer.getVersion() != VERSION
          || offer.getAccountId().size() != AccountId.LENGTH
          || !Username.valid(offer.getUsername())
          || offer.getReplyKey().size() != LinkKey.PUBLIC_LENGTH
          || links.isEmpty()
          || links.size() > AccountChain.MAX_LINKS + 1
          || !(AccountChain.of(links) instanceof AccountChain.Extended(AccountChain chain))
          || chain.ended()
          || !chain.id().equals(new AccountId(offer.getAccountId().toByteArray()))
          || !ChainTrust.holds(chain)) {
        return Optional.empty();
      }
      return Optional.of(
          new Offered(
              chain,
              new Username(offer.getUsername()),
              Bytes.of(offer.getReplyKey().toByteArray())));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  static Join join(DeviceKeys keys, AccountId account, String name) {
    // The number is not signed: the one who signs the link gives it.
    DeviceEntry entry = keys.joiningEntry(account, DeviceId.FIRST);
    return Join.newBuilder()
        .setIdentityKey(ByteString.copyFrom(entry.identityKey().toArray()))
        .setAuthKey(ByteString.copyFrom(entry.authKey().bytes()))
        .setIdentityProof(ByteString.copyFrom(entry.identityProof().toArray()))
        .setDeviceName(name)
        .build();
  }

  static Optional<Joining> joining(byte[] bytes) {
    try {
      Join join = Join.parseFrom(bytes);
      Optional<Ed25519PublicKey> authKey = Ed25519PublicKey.parse(join.getAuthKey().toByteArray());
      if (join.getIdentityKey().size() != DeviceEntry.IDENTITY_KEY_LENGTH
          || join.getIdentityProof().size() != DeviceEntry.IDENTITY_PROOF_LENGTH
          || authKey.isEmpty()
          || !Device.isName(join.getDeviceName())) {
        return Optional.empty();
      }
      return Optional.of(
          new Joining(
              Bytes.of(join.getIdentityKey().toByteArray()),
              authKey.get(),
              Bytes.of(join.getIdentityProof().toByteArray()),
              join.getDeviceName()));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// @throws SottoException INVALID_INPUT if a name given here is none
  static void requireName(String name) {
    if (!Device.isName(name)) {
      throw SottoException.invalid(
          "name",
          "A device's name has at most 64 bytes of UTF-8, no control characters, and no spaces"
              + " around it.");
    }
  }

  static Optional<Grant> grant(byte[] bytes) {
    try {
      return Optional.of(Grant.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  static Optional<Report> report(byte[] bytes) {
    try {
      return Optional.of(Report.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /// The offered chain with what was granted: its last link adds the device of these keys.
  static Optional<AccountChain> granted(AccountChain offered, Granted granted, DeviceKeys keys) {
    if (granted.getProfileKey().size() != ProfileKey.LENGTH
        || granted.getProfileVersion() < 0
        || granted.getArchiveKey().size() != ArchiveKey.LENGTH
        || granted.getLinksCount() > AccountChain.MAX_LINKS) {
      return Optional.empty();
    }
    AccountChain chain = offered;
    for (ByteString link : granted.getLinksList()) {
      if (!(chain.append(link.toByteArray()) instanceof AccountChain.Extended(AccountChain next))) {
        return Optional.empty();
      }
      chain = next;
    }
    return chain.append(granted.getLink().toByteArray())
                instanceof AccountChain.Extended(AccountChain longer)
            && added(longer).filter(entry -> sameKeys(entry, keys)).isPresent()
            && ChainTrust.holds(longer)
        ? Optional.of(longer)
        : Optional.empty();
  }

  private static boolean sameKeys(DeviceEntry entry, DeviceKeys keys) {
    return entry.identityKey().equals(Bytes.of(keys.identityPublicKey()))
        && entry.authKey().equals(keys.authPublicKey());
  }

  /// The device that the last link of a chain adds.
  static Optional<DeviceEntry> added(AccountChain chain) {
    return chain.links().getLast().body().change() instanceof Change.AddDevice(DeviceEntry entry)
        ? Optional.of(entry)
        : Optional.empty();
  }
}
