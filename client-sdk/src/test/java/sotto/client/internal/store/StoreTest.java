package sotto.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// The file of a home: encrypted, owned by one process, opened by one secret only.
final class StoreTest {
  private static final String MARK = "a text that nobody may find in the file";

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void name() {
    home = folder.resolve("home");
  }

  private Store open(Secret secret) {
    return Store.open(home, secret, new SecureRandom(), Clock.systemUTC());
  }

  private static Secret key(int fill) {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) fill);
    return new Secret.Raw(key);
  }

  private void write(Secret secret) {
    try (Store store = open(secret)) {
      store.settings().put("mark", MARK);
    }
  }

  @Test
  void theFile_isNoPlainSqliteFile_andHoldsNoText() throws IOException {
    write(key(1));
    byte[] bytes = Files.readAllBytes(home.resolve("store.db"));
    assertThat(new String(bytes, 0, 15, StandardCharsets.ISO_8859_1))
        .isNotEqualTo("SQLite format 3");
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(MARK);
      }
    }
  }

  @Test
  void wrongKey_isToldAndChangesNothing() throws IOException {
    write(key(1));
    Map<String, String> before = contents();
    assertThatThrownBy(() -> open(key(2)).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE));
    assertThat(contents()).isEqualTo(before);
    try (Store store = open(key(1))) {
      assertThat(store.settings().text("mark")).hasValue(MARK);
    }
  }

  @Test
  void passphrase_opensWhatItMade_andNoOtherDoes() {
    write(new Secret.Text("correct horse".toCharArray()));
    assertThatThrownBy(() -> open(new Secret.Text("correct house".toCharArray())).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE));
    assertThatThrownBy(() -> open(key(1)).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE));
    try (Store store = open(new Secret.Text("correct horse".toCharArray()))) {
      assertThat(store.settings().text("mark")).hasValue(MARK);
    }
  }

  private Map<String, String> contents() throws IOException {
    Map<String, String> contents = new HashMap<>();
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.toList()) {
        if (!file.endsWith("lock")) {
          contents.put(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
        }
      }
    }
    return contents;
  }

  @Test
  void secondOwner_isRefusedWithTheFirstOnesPid() {
    try (Store _ = open(key(1))) {
      assertThatThrownBy(() -> open(key(1)).close())
          .isInstanceOfSatisfying(
              SottoException.class,
              e -> {
                assertThat(e.code()).isEqualTo(Code.HOME_IN_USE);
                assertThat(e.getMessage()).contains(Long.toString(ProcessHandle.current().pid()));
              });
    }
    write(key(1));
  }

  @Test
  void storeOfANewerVersion_isLeftAlone() {
    try (Store store = open(key(1))) {
      store.sql().run("PRAGMA user_version = 999");
    }
    assertThatThrownBy(() -> open(key(1)).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_DAMAGED));
  }

  @Test
  void damagedKeyFile_isToldAsDamage() throws IOException {
    write(new Secret.Text("correct horse".toCharArray()));
    Files.writeString(home.resolve("kdf"), "argon2id m=99999999 t=1 p=1 salt=00\n");
    assertThatThrownBy(() -> open(new Secret.Text("correct horse".toCharArray())).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_DAMAGED));
    Files.delete(home.resolve("kdf"));
    assertThatThrownBy(() -> open(new Secret.Text("correct horse".toCharArray())).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_DAMAGED));
  }

  @Test
  void emptiedOrMissingStore_isDamageAndNoNewHome() throws IOException {
    write(key(1));
    Path file = home.resolve("store.db");
    for (boolean gone : new boolean[] {false, true}) {
      if (gone) {
        Files.delete(file);
      } else {
        Files.write(file, new byte[0]);
      }
      assertThat(Store.exists(home)).isTrue();
      assertThatThrownBy(() -> open(key(1)).close())
          .isInstanceOfSatisfying(
              SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_DAMAGED));
    }
  }

  @Test
  void firstOpeningThatBrokeOff_isContinued() throws IOException {
    write(key(1));
    Files.writeString(home.resolve("kdf"), "raw\n");
    Files.write(home.resolve("store.db"), new byte[0]);
    write(key(1));
  }

  private static Secret words(String words) {
    return new Secret.Text(words.toCharArray());
  }

  private void opensOnlyWith(Secret right, Secret wrong) {
    assertThatThrownBy(() -> open(wrong).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE));
    try (Store store = open(right)) {
      assertThat(store.settings().text("mark")).hasValue(MARK);
    }
  }

  @Test
  void rekey_letsTheNewSecretIn_andTheOldOneNoMore_whateverTheyAre() {
    write(words("first"));
    Secret before = words("first");
    for (Secret next : List.of(words("second"), key(3), key(4), words("third"))) {
      Store.rekey(home, before, next, new SecureRandom());
      opensOnlyWith(next, before);
      before = next;
    }
  }

  /// As homes were before they had a key of their own.
  @Test
  void rekey_ofAHomeWhoseKeyCameStraightFromThePassphrase() throws IOException {
    Files.createDirectories(home);
    String kdf = "argon2id m=8192 t=1 p=1 salt=" + "0123456789abcdef".repeat(2);
    Files.writeString(home.resolve("kdf"), kdf + "\n");
    write(words("first"));
    assertThat(Files.readString(home.resolve("kdf"))).isEqualTo(kdf + "\nstore made\n");
    assertThatThrownBy(() -> Store.rekey(home, words("wrong"), words("second"), new SecureRandom()))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE));
    opensOnlyWith(words("first"), words("second"));
    Store.rekey(home, words("first"), words("second"), new SecureRandom());
    opensOnlyWith(words("second"), words("first"));
  }

  @Test
  void rekeyWithAWrongSecret_orWhileItIsOpen_changesNothing() throws IOException {
    write(words("first"));
    Map<String, String> before = contents();
    assertThatThrownBy(() -> Store.rekey(home, words("wrong"), words("second"), new SecureRandom()))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.WRONG_PASSPHRASE));
    assertThat(contents()).isEqualTo(before);
    try (Store _ = open(words("first"))) {
      assertThatThrownBy(
              () -> Store.rekey(home, words("first"), words("second"), new SecureRandom()))
          .isInstanceOfSatisfying(
              SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.HOME_IN_USE));
    }
    opensOnlyWith(words("first"), words("second"));
  }

  /// A process that is killed on the way leaves the file of before, and perhaps a part of the next.
  @Test
  void rekeyCutOffAtAnyByte_leavesTheOldSecret_andIsDoneAgain() throws IOException {
    write(key(1));
    Path kdf = home.resolve("kdf");
    byte[] before = Files.readAllBytes(kdf);
    Store.rekey(home, key(1), key(2), new SecureRandom());
    byte[] after = Files.readAllBytes(kdf);
    for (int written = 0; written <= after.length; written += 7) {
      Files.write(kdf, before);
      Files.write(home.resolve("kdf.part"), Arrays.copyOf(after, written));
      opensOnlyWith(key(1), key(2));
    }
    Store.rekey(home, key(1), key(2), new SecureRandom());
    opensOnlyWith(key(2), key(1));
  }

  @Test
  void damagedFirstPage_isDamage_andNoWrongPassphrase() throws IOException {
    write(words("first"));
    Path file = home.resolve("store.db");
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, 100, 4000, (byte) 7);
    Files.write(file, bytes);
    assertThatThrownBy(() -> open(words("first")).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_DAMAGED));
  }

  /// Writes what is in a home's store so that anybody can read it.
  private void decrypt(Secret secret) throws Exception {
    byte[] key = new KeyFile(home).key(secret, new SecureRandom());
    try (var connection = Driver.open(home.resolve("store.db"), key);
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = DELETE");
      statement.execute("PRAGMA rekey = ''");
    }
  }

  @Test
  void storeThatIsNotEncrypted_isDamage_andIsSalvagedIntoOneThatIs() throws Exception {
    try (Store store = open(key(1))) {
      store.settings().put("mark", MARK);
      store.settings().put("account_id", "an account");
      store.settings().put("device_keys", "its keys");
    }
    decrypt(key(1));
    Map<String, String> before = contents();

    assertThatThrownBy(() -> open(key(1)).close())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.STORAGE_DAMAGED))
        .hasMessageContaining("not encrypted");
    var random = new SecureRandom();
    assertThat(Salvage.problems(home, key(1), random))
        .containsExactly("The store is not encrypted.");
    var _ = Salvage.run(home, key(1), folder.resolve("new"), random);

    assertThat(contents()).isEqualTo(before);
    home = folder.resolve("new");
    assertThat(new StoreFile(home).isPlain()).isFalse();
    try (Store store = open(key(1))) {
      assertThat(store.settings().text("mark")).contains(MARK);
    }
  }

  @Test
  void connectionThatTakesNoNoticeOfItsKey_isNotUsed() throws Exception {
    try (var plain = Driver.openPlain(folder.resolve("file"))) {
      assertThatThrownBy(() -> Driver.insistOnCipher(plain))
          .isInstanceOfSatisfying(
              SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INTERNAL));
    }
  }

  @Test
  void transactionsAreSynced() {
    try (Store store = open(key(1))) {
      assertThat(store.sql().number("PRAGMA synchronous")).isEqualTo(2); // FULL
      assertThat(store.sql().one("PRAGMA journal_mode", r -> r.text(1))).hasValue("wal");
    }
  }
}
