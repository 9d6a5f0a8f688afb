package sotto.client.internal.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import sotto.client.Salvaged;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// Looks at the store of a home that nobody has open, and brings what can be read of a damaged one
/// into a new home.
///
/// The damaged home is not touched: its files are copied first. Indexes of words are not copied but
/// made anew. The new home has a connection number that the server knows to be old, so that at the
/// next connect all sessions are begun anew and all pre-keys replaced (protocol C1).
public final class Salvage {
  private static final int MOST_PROBLEMS = 20;
  private static final String COPY = "damaged";

  /// What belongs together for a person, and the tables that hold it.
  private static final Map<String, List<String>> KINDS = kinds();

  private Salvage() {}

  private static Map<String, List<String>> kinds() {
    Map<String, List<String>> kinds = new LinkedHashMap<>();
    kinds.put("settings", List.of("setting"));
    kinds.put("contacts", List.of("contact"));
    kinds.put("groups", List.of("chat_group", "group_change"));
    kinds.put("chains", List.of("chain_link"));
    kinds.put("messages", List.of("message"));
    kinds.put("files", List.of("attachment"));
    kinds.put(
        "keys",
        List.of(
            "session", "pre_key", "signed_pre_key", "kyber_pre_key", "kyber_use", "sender_key"));
    kinds.put(
        "unsent", List.of("outbox", "send_log", "group_outbox", "group_send_log", "group_resent"));
    kinds.put("received", List.of("seen_ciphertext", "seen_message", "waiting", "group_waiting"));
    kinds.put("events", List.of("event", "consumer"));
    kinds.put("archive", List.of("archive_segment", "archive_receipt"));
    kinds.put("downloads", List.of("known_blob", "wanted_file"));
    kinds.put("profiles", List.of("profile"));
    return kinds;
  }

  /// What is wrong with a store; nothing = it is sound.
  ///
  /// @throws SottoException WRONG_PASSPHRASE, HOME_IN_USE, STORAGE_FULL
  public static List<String> problems(Path home, Secret secret, SecureRandom random) {
    StoreFile file = new StoreFile(home);
    try (HomeLock _ = HomeLock.take(home);
        Sql sql = new Sql(file.connectToAny(secret, random))) {
      if (file.isPlain()) {
        return List.of("The store is not encrypted.");
      }
      List<String> said = sql.list("PRAGMA integrity_check(" + MOST_PROBLEMS + ")", r -> r.text(1));
      return said.equals(List.of("ok")) ? List.of() : said;
    } catch (SottoException e) {
      if (e.code() == Code.STORAGE_DAMAGED) {
        return List.of("A page cannot be read.");
      }
      throw e;
    } catch (IOException e) {
      throw Store.unusable(home, e);
    }
  }

  /// Brings what can be read into a new home with the same secret.
  ///
  /// @param into a folder that does not exist, or is empty
  /// @throws SottoException as [#problems]; STORAGE_DAMAGED if the store cannot be opened at all,
  ///   or the account itself is lost; then there is no new home
  public static Salvaged run(Path home, Secret secret, Path into, SecureRandom random) {
    Path copy = into.resolve(COPY);
    try (HomeLock _ = HomeLock.take(home)) {
      if (Files.exists(into) && !emptyFolder(into)) {
        throw SottoException.invalid("folder", "The folder " + into + " is not empty.");
      }
      Files.createDirectories(copy);
      for (String file : List.of("kdf", "store.db", "store.db-wal")) {
        if (Files.exists(home.resolve(file))) {
          Files.copy(home.resolve(file), copy.resolve(file));
        }
      }
      Salvaged salvaged = copied(copy, secret, into, random);
      for (String folder : List.of("outgoing", "archive", "files")) {
        copyFolder(home.resolve(folder), into.resolve(folder));
      }
      delete(copy);
      return salvaged;
    } catch (IOException | RuntimeException e) {
      deleteAfterFailure(into, e);
      if (e instanceof SottoException sotto) {
        throw sotto;
      }
      throw e instanceof IOException io ? Store.unusable(into, io) : (RuntimeException) e;
    }
  }

  private static boolean emptyFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> there = Files.list(folder)) {
      return there.findAny().isEmpty();
    }
  }

  private static Salvaged copied(Path damaged, Secret secret, Path into, SecureRandom random)
      throws IOException {
    try (Sql from = new Sql(new StoreFile(damaged).connectToAny(secret, random));
        Store store = Store.open(into, secret, random, Clock.systemUTC())) {
      Sql sql = store.sql();
      sql.run("BEGIN IMMEDIATE");
      List<Salvaged.Kind> kinds = new ArrayList<>();
      for (var kind : KINDS.entrySet()) {
        kinds.add(kind(kind.getKey(), kind.getValue(), from, sql));
      }
      if (store.settings().bytes("account_id").isEmpty()
          || store.settings().bytes("device_keys").isEmpty()) {
        throw SottoException.of(
            Code.STORAGE_DAMAGED,
            "The account's keys cannot be read: there is nothing to go on with.");
      }
      sequences(from, sql);
      sql.update("DELETE FROM attachment WHERE message NOT IN (SELECT id FROM message)");
      sql.update("UPDATE archive_segment SET words = 2");
      // Heard of none and having said none, it is diverged when it next connects.
      store.settings().put("connection_number", 0L);
      store.settings().put("connection_heard", 0L);
      store.settings().remove("connection_said");
      sql.run("COMMIT");
      return new Salvaged(kinds);
    }
  }

  private static Salvaged.Kind kind(String name, List<String> tables, Sql from, Sql into) {
    long kept = 0;
    Optional<Long> lost = Optional.of(0L);
    for (String table : tables) {
      if (table.equals("setting")) {
        into.update("DELETE FROM setting");
      }
      Rescue.Share share = new Rescue(from, into, table, List.of("search_key", "words")).run();
      kept += share.kept();
      lost = lost.flatMap(sum -> share.lost().map(more -> sum + more));
    }
    return new Salvaged.Kind(name, kept, lost);
  }

  /// Row ids are not used again, also those of rows that are lost.
  private static void sequences(Sql from, Sql into) {
    try {
      from.list("SELECT name, seq FROM sqlite_sequence", r -> new Object[] {r.text(1), r.number(2)})
          .forEach(s -> {
            into.update("DELETE FROM sqlite_sequence WHERE name = ?", s[0]);
            into.update("INSERT INTO sqlite_sequence(name, seq) VALUES(?, ?)", s);
          });
    } catch (SottoException e) {
      // The rows that were copied have set them.
    }
  }

  private static void copyFolder(Path from, Path into) throws IOException {
    if (!Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.createDirectories(into);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.copy(file, into.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void deleteAfterFailure(Path into, Exception failure) {
    if (failure instanceof SottoException e && e.code() == Code.INVALID_INPUT) {
      return;
    }
    try {
      delete(into);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
