package sotto.client.internal.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import sotto.client.Conversation;
import sotto.client.MessageId;
import sotto.client.Picture;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Status;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.crypto.Padding;

/// Makes what a user writes durable: message, files and outbox row. Any thread but the lane.
final class OutgoingMessages {
  private static final int ENVELOPE_ID = 16;

  /// Bytes of a content beside its text and files, and of what describes a file beside its preview;
  /// more than either can have.
  private static final int CONTENT_ROOM = 1024;

  private static final int FILE_ROOM = 768;
  private static final int LEAST_PREVIEW = 1024;

  private final Core core;
  private final Outbox outbox;
  private final Names names;
  private final OutgoingFiles outgoingFiles;
  private final Uploads uploads;
  private final AutoSaver autoSaver;
  private final GroupOutbox groupOutbox;

  OutgoingMessages(
      Core core,
      Outbox outbox,
      Names names,
      OutgoingFiles outgoingFiles,
      Uploads uploads,
      AutoSaver autoSaver,
      GroupOutbox groupOutbox) {
    this.groupOutbox = groupOutbox;
    this.core = core;
    this.outbox = outbox;
    this.names = names;
    this.outgoingFiles = outgoingFiles;
    this.uploads = uploads;
    this.autoSaver = autoSaver;
  }

  /// Stores a message and its outbox row, and what it takes to send its files.
  ///
  /// @param contact finds the contact; on the lane
  /// @return the message's row
  long send(
      Supplier<ContactRow> contact, MessageId id, String text, List<Path> files, boolean original) {
    core.requireListed();
    checkText(text, files);
    int maxPreview = maxPreview(text, files.size());
    List<OutgoingFiles.Prepared> prepared = new ArrayList<>();
    try {
      if (!files.isEmpty()) {
        // Before they are read.
        core.lane().call(_ -> sendable(contact));
      }
      files.forEach(file -> prepared.add(outgoingFiles.prepare(file, original, maxPreview)));
      return core.lane().call(tx -> send(tx, sendable(contact), id, text, prepared));
    } catch (RuntimeException e) {
      prepared.forEach(file -> outgoingFiles.discard(file.uploadId()));
      throw e;
    }
  }

  /// What a message has left for the preview of each file: all of it goes into one envelope.
  private static int maxPreview(String text, int files) {
    int taken = text.getBytes(StandardCharsets.UTF_8).length + CONTENT_ROOM;
    int left = Padding.MAX_CONTENT - taken - files * FILE_ROOM;
    int each = left / Math.max(1, files);
    return each < LEAST_PREVIEW ? 0 : Math.min(each, Picture.MAX_PREVIEW);
  }

  private static void checkText(String text, List<Path> files) {
    if (text.isEmpty() && files.isEmpty()) {
      throw SottoException.invalid("text", "A message has a text or a file.");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw SottoException.invalid("text", "The text is not Unicode: it has half a character.");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > Conversation.MAX_TEXT_BYTES) {
      throw SottoException.invalid("text", "A text has at most 65,536 bytes.");
    }
    if (files.size() > Conversation.MAX_FILES) {
      throw SottoException.invalid("files", "A message has at most 16 files.");
    }
  }

  private static ContactRow sendable(Supplier<ContactRow> found) {
    ContactRow contact = found.get();
    Decisions.refuseIfBlocked(contact);
    if (contact.unconfirmed()) {
      throw SottoException.of(
          Code.CONTACT_CHANGED,
          "The account of "
              + contact.contact().name()
              + " changed. Compare the safety number and confirm before you send.");
    }
    return contact;
  }

  private long send(
      Transaction tx,
      ContactRow contact,
      MessageId id,
      String text,
      List<OutgoingFiles.Prepared> files) {
    long now = core.clock().millis();
    long message =
        core.store()
            .messages()
            .addOutgoing(contact.id(), id, text, files.size(), now, Status.QUEUED);
    outgoingFiles.attach(message, files);
    if (contact.group().isPresent()) {
      core.store().groupOutgoing().add(contact.id(), message, core.randomBytes(ENVELOPE_ID));
    } else {
      core.store()
          .outgoing()
          .add(
              contact.id(),
              contact.account(),
              Kind.MESSAGE,
              message,
              new byte[0],
              core.randomBytes(ENVELOPE_ID));
    }
    if (!contact.accepted()) {
      core.store().contacts().accept(contact.id());
      tx.afterCommit(autoSaver::wake);
    }
    tx.afterCommit(() -> {
      if (contact.group().isPresent()) {
        groupOutbox.wake(contact.id());
      } else {
        contact.account().ifPresentOrElse(outbox::wake, names::wake);
      }
      if (!files.isEmpty()) {
        uploads.wake();
      }
    });
    return message;
  }
}
