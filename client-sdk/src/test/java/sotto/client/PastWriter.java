package sotto.client;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.Store;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// Writes a past into a closed home: conversations as they would be after years.
final class PastWriter {
  static final Duration AGE = Duration.ofDays(90);

  private static final String[] SYLLABLES = {
    "ka", "lo", "mi", "sé", "tu", "ra", "nö", "pi", "vo", "de", "ber", "lin", "gra", "shi", "où"
  };

  private final Random random;
  private final Path home;

  PastWriter(Path home, long seed) {
    this.home = home;
    this.random = new Random(seed);
  }

  /// Opens a closed home's store, and closes it again.
  static void inStore(Path home, java.util.function.Consumer<Store> work) {
    try (Store store =
        Store.open(home, TwoPeople.key().secret(), new SecureRandom(), Clock.systemUTC())) {
      store.sql().update("BEGIN IMMEDIATE");
      work.accept(store);
      store.sql().update("COMMIT");
    }
  }

  /// An account that is nobody's.
  static AccountId account(int number) {
    byte[] id = new byte[AccountId.LENGTH];
    id[0] = (byte) number;
    return new AccountId(id);
  }

  /// Settled messages with a contact, one every ten minutes or so, from two years ago on.
  void settled(String name, AccountId account, int count) {
    inStore(
        home,
        store -> {
          long contact = contact(store, name, account);
          long at = System.currentTimeMillis() - Duration.ofDays(730).toMillis();
          for (int i = 0; i < count; i++) {
            // Some at the same millisecond: the id decides then.
            at += random.nextInt(20) == 0 ? 0 : random.nextInt(1_200_000);
            message(store, contact, text(), at);
          }
        });
  }

  /// Makes every so many messages unread, or sent and not arrived: they do not move.
  void unsettle(int every) {
    inStore(
        home,
        store ->
            store
                .sql()
                .update(
                    "UPDATE message SET status = CASE incoming WHEN 1 THEN 2 ELSE 1 END WHERE"
                        + " status <> 4 AND id % ? = 0",
                    every));
  }

  private static long contact(Store store, String name, AccountId account) {
    return store.contacts().pin(Username.of(name), account, 1);
  }

  void message(Store store, long contact, String text, long at) {
    int kind = random.nextInt(20);
    int files = kind == 7 ? 1 + random.nextInt(3) : 0;
    MessageId id = MessageId.of(bytes(MessageId.LENGTH));
    long row;
    if (random.nextBoolean()) {
      row =
          store
              .messages()
              .addIncoming(
                  contact,
                  new Messages.Incoming(
                      id,
                      kind == 3 ? MessageView.Kind.UNSUPPORTED : MessageView.Kind.MESSAGE,
                      kind == 3 ? "" : text,
                      files,
                      at,
                      at + 50,
                      1 + random.nextInt(3)))
              .orElseThrow();
      store.sql().update("UPDATE message SET status = 3 WHERE id = ?", row);
    } else {
      Status status = kind < 8 ? Status.DELIVERED : kind < 9 ? Status.FAILED : Status.READ;
      row = store.messages().addOutgoing(contact, id, text, files, at, status);
      if (status == Status.FAILED) {
        store
            .sql()
            .update(
                "UPDATE message SET failure_code = 'expired', failure = 'It expired.',"
                    + " failure_retry = 1 WHERE id = ?",
                row);
      }
    }
    for (int place = 0; place < files; place++) {
      store.attached().add(file(row, place));
    }
  }

  private Attached.Entry file(long row, int place) {
    int size = random.nextInt(1_000_000);
    return new Attached.Entry(
        row,
        place,
        word() + ".jpg",
        "image/jpeg",
        new AttachmentKey(
            bytes(AttachmentKey.KEY_LENGTH),
            Attachments.ciphertextSize(size),
            Bytes.of(bytes(32)),
            size,
            Bytes.of(bytes(32))),
        Optional.of(Bytes.of(bytes(32))),
        Optional.empty(),
        Optional.of(new Picture(1 + size, 7, Bytes.of(bytes(100)))));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /// A word; few of them are frequent.
  String word() {
    StringBuilder word = new StringBuilder();
    int syllables = 1 + random.nextInt(4);
    for (int i = 0; i < syllables; i++) {
      double often = random.nextDouble() * random.nextDouble();
      word.append(SYLLABLES[(int) (often * SYLLABLES.length)]);
    }
    return random.nextInt(12) == 0 ? word + "-" + random.nextInt(100) : word.toString();
  }

  private String text() {
    List<String> words = new ArrayList<>();
    int count = 1 + random.nextInt(18);
    for (int i = 0; i < count; i++) {
      words.add(word());
    }
    return String.join(" ", words);
  }
}
