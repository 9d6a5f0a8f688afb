package sotto.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.Store;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// Writes five years of messages into a store: 200 contacts, of whom few write most; one message in
/// 33 has a file.
final class Filling {
  static final int CONTACTS = 200;
  static final Duration SPAN = Duration.ofDays(5 * 365);

  private static final int BATCH = 5000;

  private final Wordy wordy;
  private long textBytes;

  Filling(Wordy wordy) {
    this.wordy = wordy;
  }

  /// A contact's name.
  static Username user(int number) {
    return Username.of("user." + number);
  }

  /// What was written, bytes of UTF-8 with names of files.
  long textBytes() {
    return textBytes;
  }

  /// Writes them and says how fast.
  void into(Store store, int messages) {
    long[] contacts = new long[CONTACTS];
    for (int i = 0; i < CONTACTS; i++) {
      byte[] id = new byte[AccountId.LENGTH];
      id[0] = (byte) i;
      id[1] = 1;
      contacts[i] = store.contacts().pin(user(i), new AccountId(id), 1);
    }
    long step = SPAN.toMillis() / messages;
    long at = Instant.now().minus(SPAN).toEpochMilli();
    for (int i = 0; i < messages; i++) {
      if (i % BATCH == 0) {
        store.sql().update("BEGIN IMMEDIATE");
      }
      at += wordy.below((int) Math.max(1, 2 * step));
      int contact = wordy.below(1 + wordy.below(CONTACTS));
      message(store, contacts[contact], at);
      if (i % BATCH == BATCH - 1 || i == messages - 1) {
        store.sql().update("COMMIT");
      }
    }
  }

  private void message(Store store, long contact, long at) {
    String text = wordy.text();
    textBytes += text.getBytes(StandardCharsets.UTF_8).length;
    MessageId id = MessageId.of(wordy.bytes(MessageId.LENGTH));
    int files = wordy.below(33) == 0 ? 1 : 0;
    long row =
        wordy.below(2) == 0
            ? store.messages().addOutgoing(contact, id, text, files, at, Status.READ)
            : store
                .messages()
                .addIncoming(
                    contact,
                    new Messages.Incoming(id, MessageView.Kind.MESSAGE, text, files, at, at, 1))
                .orElseThrow();
    if (files == 1) {
      String name = wordy.word(wordy.below(60_000)) + "_" + wordy.below(10_000) + ".jpg";
      textBytes += name.length();
      store.attached().add(file(row, name));
    }
  }

  private Attached.Entry file(long row, String name) {
    return new Attached.Entry(
        row,
        0,
        name,
        "image/jpeg",
        new AttachmentKey(
            wordy.bytes(AttachmentKey.KEY_LENGTH),
            Attachments.ciphertextSize(1000),
            Bytes.of(wordy.bytes(32)),
            1000,
            Bytes.of(wordy.bytes(32))),
        Optional.of(Bytes.of(wordy.bytes(32))),
        Optional.empty(),
        Optional.empty());
  }
}
