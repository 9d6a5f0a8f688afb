package sotto.client.internal.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Single values of the store.
public final class Settings {
  private final Sql sql;

  Settings(Sql sql) {
    this.sql = sql;
  }

  /// A value.
  public Optional<byte[]> bytes(String name) {
    return sql.one("SELECT value FROM setting WHERE name = ?", r -> r.bytes(1), name);
  }

  /// Keeps a value.
  public void put(String name, byte[] value) {
    sql.update(
        "INSERT INTO setting(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value ="
            + " excluded.value",
        name,
        value);
  }

  /// A text.
  public Optional<String> text(String name) {
    return bytes(name).map(b -> new String(b, StandardCharsets.UTF_8));
  }

  /// Keeps a text.
  public void put(String name, String value) {
    put(name, value.getBytes(StandardCharsets.UTF_8));
  }

  /// A number.
  public Optional<Long> number(String name) {
    return bytes(name).filter(b -> b.length == Long.BYTES).map(b -> ByteBuffer.wrap(b).getLong());
  }

  /// Keeps a number.
  public void put(String name, long value) {
    put(name, ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  /// Forgets a value.
  public void remove(String name) {
    sql.update("DELETE FROM setting WHERE name = ?", name);
  }
}
