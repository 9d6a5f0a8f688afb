package sotto.client.internal.engine;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import sotto.client.SottoException;
import sotto.content.v1.GroupAttributes;
import sotto.crypto.GroupKey;
import sotto.group.SealedAttributes;

/// What a group is called: its bounds, and what is left of what others wrote.
final class GroupText {
  static final int MAX_TITLE = 128;
  static final int MAX_DESCRIPTION = 512;

  private GroupText() {}

  /// A title that a user gives.
  ///
  /// @throws SottoException INVALID_INPUT if it is none
  static String title(String typed) {
    String title = typed.strip();
    if (title.isEmpty() || bytes(title) > MAX_TITLE || !title.equals(shown(title))) {
      throw SottoException.invalid(
          "title", "A group's name has 1 to 128 bytes of UTF-8, all of it visible.");
    }
    return title;
  }

  /// A description that a user gives.
  ///
  /// @throws SottoException INVALID_INPUT if it is none
  static String description(String typed) {
    if (bytes(typed) > MAX_DESCRIPTION) {
      throw SottoException.invalid("description", "A description has at most 512 bytes of UTF-8.");
    }
    return typed;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /// What is left of a name without characters that do not show, or that turn others around.
  static String shown(String name) {
    StringBuilder shown = new StringBuilder();
    name.codePoints()
        .map(c -> Character.isSpaceChar(c) ? ' ' : c)
        .filter(c ->
            switch (Character.getType(c)) {
              case Character.CONTROL,
                  Character.FORMAT,
                  Character.SURROGATE,
                  Character.PRIVATE_USE,
                  Character.UNASSIGNED ->
                  false;
              default -> true;
            })
        .forEach(shown::appendCodePoint);
    return shown.toString().strip();
  }

  static SealedAttributes seal(GroupKey key, GroupAttributes attributes, SecureRandom random) {
    return new SealedAttributes(key.seal(attributes.toByteArray(), random));
  }

  /// What a group is called; nothing for what cannot be read or is out of its bounds.
  static Optional<GroupAttributes> open(GroupKey key, SealedAttributes sealed) {
    return key.open(sealed.bytes()).flatMap(GroupText::parse).filter(GroupText::valid);
  }

  private static Optional<GroupAttributes> parse(byte[] bytes) {
    try {
      return Optional.of(GroupAttributes.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private static boolean valid(GroupAttributes attributes) {
    return attributes.getTitleBytes().size() <= MAX_TITLE
        && attributes.getDescriptionBytes().size() <= MAX_DESCRIPTION
        && (!attributes.hasPicture() || ProfileText.valid(attributes.getPicture()));
  }
}
