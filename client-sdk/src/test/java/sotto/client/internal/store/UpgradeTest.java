package sotto.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.client.internal.search.Sought;
import sotto.client.internal.search.Words;

/// Stores as each earlier version left them.
final class UpgradeTest {
  private static final Secret SECRET = new Secret.Raw(new byte[32]);

  @TempDir Path home;

  private void written(int version, int messages) throws IOException {
    Files.createDirectories(home);
    try (Sql sql = new Sql(new StoreFile(home).connect(SECRET, new SecureRandom()))) {
      Schema.bringUpTo(version, sql);
      sql.run("BEGIN");
      sql.update("INSERT INTO contact(id, account_id, created_at) VALUES(1, zeroblob(16), 1)");
      for (int i = 0; i < messages; i++) {
        byte[] id = new byte[16];
        id[14] = (byte) (i >> 8);
        id[15] = (byte) i;
        String text = "message " + i + (i % 2 == 0 ? " 日本語" : " Straße");
        sql.update(
            "INSERT INTO message(message_id, contact, incoming, kind, text, sent_at, status)"
                + " VALUES(?, 1, 1, 0, ?, ?, 3)",
            id,
            text,
            1000L + i / 2);
        sql.update("INSERT INTO message_text(rowid, text) VALUES(last_insert_rowid(), ?)", text);
      }
      sql.run("COMMIT");
      new KeyFile(home).noteStoreMade();
    }
  }

  private Store open() {
    return Store.open(home, SECRET, new SecureRandom(), Clock.systemUTC());
  }

  private static boolean caughtUp(Store store, int most) {
    store.sql().run("BEGIN");
    boolean any = store.searchIndex().catchUp(most);
    store.sql().run("COMMIT");
    return any;
  }

  private static List<Long> found(Store store, String words) {
    return store.searchIndex().newest(new Sought(Words.read(words), 0, Long.MAX_VALUE), 10_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyMessageIsFound_afterTheIndexWasMade(int version) throws IOException {
    written(version, 700);
    try (Store store = open()) {
      assertThat(store.searchIndex().behind()).isEqualTo(700);
      assertThat(caughtUp(store, 300)).isTrue();
      assertThat(found(store, "message")).hasSize(300);
    }
    // It goes on where it was.
    try (Store store = open()) {
      assertThat(store.searchIndex().behind()).isEqualTo(400);
      while (caughtUp(store, 300)) {}
      assertThat(found(store, "message")).hasSize(700);
      assertThat(found(store, "本語")).hasSize(350);
      assertThat(found(store, "STRASSE")).hasSize(350);
      assertThat(found(store, "\"message 7\"")).hasSize(1);
      assertThat(store.sql().number("PRAGMA user_version")).isEqualTo(Schema.version());
    }
  }

  @Test
  void indexOfOtherRules_isMadeAnew() throws IOException {
    written(4, 20);
    try (Store store = open()) {
      while (caughtUp(store, 300)) {}
      store.settings().put("search_rules", "0");
    }
    try (Store store = open()) {
      assertThat(store.searchIndex().behind()).isEqualTo(20);
      assertThat(found(store, "message")).isEmpty();
      while (caughtUp(store, 300)) {}
      assertThat(found(store, "message")).hasSize(20);
    }
  }
}
