package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.LinkSigner;

/// The invite link of a group: whoever has it can read what the group is called, and join or ask
/// to.
///
/// ```
/// code  = version 1 ‖ group id 16 ‖ group key 32 ‖ Ed25519 seed of the link 32
/// check = the first 3 bytes of SHA-256("sotto/group-link/1" ‖ code)
/// text  = "sotto:group:" ‖ code ‖ check as [CodeText], without hyphens
/// ```
///
/// Closing wipes the link's key.
public final class GroupLink implements LinkSigner, AutoCloseable {
  /// What a link begins with.
  public static final String PREFIX = "sotto:group:";

  private static final int GROUP = 16;
  private static final byte VERSION = 1;
  private static final int CODE = 1 + GROUP + GroupKey.LENGTH + Ed25519Secret.LENGTH;
  private static final int CHECK = 3;
  private static final byte[] DOMAIN = "sotto/group-link/1".getBytes(StandardCharsets.UTF_8);

  private final Bytes group;
  private final GroupKey key;
  private final Ed25519Secret secret;

  private GroupLink(Bytes group, GroupKey key, Ed25519Secret secret) {
    this.group = group;
    this.key = key;
    this.secret = secret;
  }

  /// A new link.
  ///
  /// @param group the group's id, 16 bytes
  public static GroupLink generate(Bytes group, GroupKey key, SecureRandom random) {
    return new GroupLink(sized(group), key, Ed25519Secret.generate(random));
  }

  /// The link of a seed that was kept.
  ///
  /// @throws IllegalArgumentException if it has not 32 bytes
  public static GroupLink of(Bytes group, GroupKey key, Bytes seed) {
    return new GroupLink(sized(group), key, new Ed25519Secret(seed.toArray()));
  }

  private static Bytes sized(Bytes group) {
    if (group.length() != GROUP) {
      throw new IllegalArgumentException("a group id has 16 bytes, not " + group.length());
    }
    return group;
  }

  /// Reads a link, with or without [#PREFIX].
  ///
  /// @return empty if it is none, a character is wrong, or a newer version made it
  public static Optional<GroupLink> read(String text) {
    String stripped = text.strip();
    String code = stripped.startsWith(PREFIX) ? stripped.substring(PREFIX.length()) : stripped;
    String characters = CodeText.strip(code);
    return characters.length() == CodeText.characters(CODE + CHECK)
        ? CodeText.read(characters, CODE + CHECK).flatMap(GroupLink::parse)
        : Optional.empty();
  }

  private static Optional<GroupLink> parse(byte[] all) {
    byte[] code = Arrays.copyOf(all, CODE);
    try {
      if (code[0] != VERSION
          || !MessageDigest.isEqual(check(code), Arrays.copyOfRange(all, CODE, all.length))) {
        return Optional.empty();
      }
      ByteBuffer parts = ByteBuffer.wrap(code, 1, CODE - 1);
      byte[] group = new byte[GROUP];
      byte[] key = new byte[GroupKey.LENGTH];
      byte[] seed = new byte[Ed25519Secret.LENGTH];
      parts.get(group).get(key).get(seed);
      return Optional.of(new GroupLink(Bytes.of(group), GroupKey.of(key), new Ed25519Secret(seed)));
    } finally {
      Arrays.fill(all, (byte) 0);
      Arrays.fill(code, (byte) 0);
    }
  }

  private static byte[] check(byte[] code) {
    return Arrays.copyOf(LinkCode.sha256(DOMAIN, code), CHECK);
  }

  /// The group's id, 16 bytes.
  public Bytes group() {
    return group;
  }

  /// The group's key.
  public GroupKey key() {
    return key;
  }

  /// What stands in the group's chain.
  public Ed25519PublicKey publicKey() {
    return secret.publicKey();
  }

  /// The link's secret, to keep: 32 bytes.
  public Bytes seed() {
    return Bytes.of(secret.seed());
  }

  /// Signs that somebody has the link.
  @Override
  public byte[] sign(byte[] message) {
    return secret.sign(message);
  }

  /// The link to pass on. A secret.
  public String text() {
    byte[] code =
        ByteBuffer.allocate(CODE)
            .put(VERSION)
            .put(group.toArray())
            .put(key.bytes())
            .put(secret.seed())
            .array();
    byte[] all = ByteBuffer.allocate(CODE + CHECK).put(code).put(check(code)).array();
    return PREFIX + CodeText.write(all, '-').replace("-", "");
  }

  @Override
  public void close() {
    secret.close();
  }

  /// Names the group only.
  @Override
  public String toString() {
    return "GroupLink[" + group + "]";
  }
}
