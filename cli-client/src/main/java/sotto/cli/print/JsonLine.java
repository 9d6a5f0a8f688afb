package sotto.cli.print;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// One JSON object (RFC 8259) on one line, written field by field.
///
/// Controls and invisible characters in texts leave it as escapes of four hex digits, so that the
/// line is safe on a terminal too and reads back as what it was. Absent values are `null`, never
/// missing fields.
public final class JsonLine {
  private final StringWriter text = new StringWriter();
  private final JsonWriter json = new JsonWriter(text);

  /// An object with its `type`.
  public JsonLine(String type) {
    write(JsonWriter::beginObject);
    put("type", type);
  }

  /// A text.
  public JsonLine put(String name, String value) {
    return write(w -> w.name(name).value(value));
  }

  /// A text that may be absent.
  public JsonLine put(String name, Optional<String> value) {
    return value.map(v -> put(name, v)).orElseGet(() -> write(w -> w.name(name).nullValue()));
  }

  /// A number.
  public JsonLine put(String name, long value) {
    return write(w -> w.name(name).value(value));
  }

  /// A number that may be absent.
  public JsonLine number(String name, Optional<Long> value) {
    return value.map(v -> put(name, v)).orElseGet(() -> write(w -> w.name(name).nullValue()));
  }

  /// A truth value.
  public JsonLine put(String name, boolean value) {
    return write(w -> w.name(name).value(value));
  }

  /// An object in the object.
  public JsonLine object(String name, Consumer<JsonLine> fields) {
    write(w -> w.name(name).beginObject());
    fields.accept(this);
    return write(JsonWriter::endObject);
  }

  /// An object in the object that may be absent.
  public <T> JsonLine object(String name, Optional<T> value, BiConsumer<JsonLine, T> fields) {
    return value
        .map(v -> object(name, line -> fields.accept(line, v)))
        .orElseGet(() -> write(w -> w.name(name).nullValue()));
  }

  /// A list of objects.
  public <T> JsonLine list(String name, List<T> items, BiConsumer<JsonLine, T> fields) {
    write(w -> w.name(name).beginArray());
    for (T item : items) {
      write(JsonWriter::beginObject);
      fields.accept(this, item);
      write(JsonWriter::endObject);
    }
    return write(JsonWriter::endArray);
  }

  /// Ends the object: the line, without a line break.
  public String end() {
    write(JsonWriter::endObject);
    return escaped(text.toString());
  }

  /// Special characters stand only inside of strings here, where an escape means the same.
  private static String escaped(String line) {
    StringBuilder safe = new StringBuilder(line.length() + 16);
    for (int i = 0; i < line.length(); ) {
      int c = line.codePointAt(i);
      int length = Character.charCount(c);
      if (TerminalText.special(c)) {
        for (int k = i; k < i + length; k++) {
          safe.append("\\u%04x".formatted((int) line.charAt(k)));
        }
      } else {
        safe.appendCodePoint(c);
      }
      i += length;
    }
    return safe.toString();
  }

  private interface Step {
    void on(JsonWriter writer) throws IOException;
  }

  private JsonLine write(Step step) {
    try {
      step.on(json);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
