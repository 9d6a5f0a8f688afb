package sotto.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import sotto.client.Conversation;

/// The text of a message from the command line or from standard input, exactly as it is given: a
/// line break at the end of the input belongs to it.
final class MessageText {
  private static final int MAX = Conversation.MAX_TEXT_BYTES;

  private MessageText() {}

  /// The text of the argument, or of standard input when that is `-`.
  static String of(String argument, InputStream in) {
    return argument.equals("-") ? read(in) : checked(argument);
  }

  private static String read(InputStream in) {
    byte[] bytes;
    try {
      bytes = in.readNBytes(MAX + 1);
    } catch (IOException e) {
      throw new CommandFailed(
          Exit.FAILED, "input", "Standard input cannot be read; nothing was sent.", true);
    }
    bounds(bytes.length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw CommandFailed.usage(
          "Standard input is not UTF-8; nothing was sent. Other data goes as a file: --file PATH");
    }
  }

  private static String checked(String text) {
    try {
      bounds(StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text)).remaining());
      return text;
    } catch (CharacterCodingException e) {
      throw CommandFailed.usage("The text is not valid Unicode; nothing was sent.");
    }
  }

  private static void bounds(int bytes) {
    if (bytes == 0) {
      throw CommandFailed.usage("The text is empty; nothing was sent.");
    }
    if (bytes > MAX) {
      throw CommandFailed.usage(
          "The text is longer than 65,536 bytes of UTF-8; nothing was sent. Send it as a file:"
              + " --file PATH");
    }
  }
}
