package sotto.client.internal.archive;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadResponse;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.CopiedRow;
import sotto.client.internal.store.HistoryRows.Cursor;
import sotto.client.internal.store.HistoryRows.Out;
import sotto.client.internal.store.HistoryRows.Part;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OtherEnd;
import sotto.client.internal.store.Sha256;
import sotto.client.internal.store.Store;

/// Gives this device's history to a new one: conversation by conversation, in segments like those
/// of the archive, as blobs in transit. What has gone is noted in the transaction that tells the
/// other device of it: cut off before, the part is made anew, and its blob expires by itself.
///
/// Blocks; not on the lane. One run at a time: the caller sees to that.
public final class HistorySender {
  /// Tells the other device.
  public interface Post {
    /// A part is at the server. On the lane.
    void part(Transaction tx, int device, Part part);

    /// Nothing follows. On the lane.
    void last(Transaction tx, int device);
  }

  private static final int ID = 16;

  private final Lane lane;
  private final Store store;
  private final SecureRandom random;
  private final Supplier<Optional<Blobs>> connection;
  private final SegmentCodec codec;
  private final Post post;

  HistorySender(
      Lane lane,
      Store store,
      SecureRandom random,
      Supplier<Optional<Blobs>> connection,
      SegmentCodec codec,
      Post post) {
    this.lane = lane;
    this.store = store;
    this.random = random;
    this.connection = connection;
    this.codec = codec;
    this.post = post;
  }

  /// Some messages of one conversation, and where they end.
  private record Run(Segment segment, Cursor last) {}

  /// Gives the next part, if there is one.
  ///
  /// @return false if nothing is to be given any more
  /// @throws SottoException if the server does not take it now
  public boolean step() {
    Optional<Out> next = lane.call(_ -> store.historyRows().goingOut().stream().findFirst());
    if (next.isEmpty()) {
      return false;
    }
    Out out = next.get();
    Optional<Run> run = lane.call(_ -> run(out.cursor()));
    if (run.isEmpty()) {
      return lane.call(tx -> {
        store.historyRows().finish(out.device());
        post.last(tx, out.device());
        return true;
      });
    }
    Segment segment = run.get().segment();
    byte[] blob = codec.seal(segment);
    Bytes blobId = upload(blob);
    return lane.call(tx -> {
      int count = segment.messages().size();
      store.historyRows().went(out.device(), run.get().last(), count);
      post.part(tx, out.device(), new Part(segment.id(), blobId, blob.length, count, false));
      return true;
    });
  }

  private Optional<Run> run(Cursor from) {
    Optional<Long> contact =
        from.contact() == 0
            ? store.historyRows().conversationAfter(0)
            : Optional.of(from.contact());
    Cursor cursor = from;
    while (contact.isPresent()) {
      if (cursor.contact() != contact.get()) {
        cursor = Cursor.before(contact.get());
      }
      Optional<Run> run = run(contact.get(), cursor);
      if (run.isPresent()) {
        return run;
      }
      contact = store.historyRows().conversationAfter(contact.get());
    }
    return Optional.empty();
  }

  private Optional<Run> run(long contact, Cursor cursor) {
    Optional<OtherEnd> peer = store.otherEnds().of(contact);
    List<ArchivedMessage> messages = fitting(cursor);
    if (messages.isEmpty() || peer.isEmpty()) {
      return Optional.empty();
    }
    ArchivedMessage last = messages.getLast();
    return Optional.of(
        new Run(
            new Segment(
                randomId(),
                new AccountId(store.settings().bytes("account_id").orElseThrow()),
                peer.get(),
                messages),
            new Cursor(contact, last.sentAt(), last.id(), last.incoming())));
  }

  private List<ArchivedMessage> fitting(Cursor cursor) {
    List<ArchivedMessage> fitting = new ArrayList<>();
    int bytes = 0;
    for (CopiedRow settled : store.archivedRows().behind(cursor, Segment.MAX_MESSAGES)) {
      bytes += SegmentFormat.size(settled.message());
      if (!fitting.isEmpty() && bytes > Segment.MAX_BYTES) {
        return fitting;
      }
      fitting.add(settled.message());
    }
    return fitting;
  }

  private Bytes randomId() {
    byte[] id = new byte[ID];
    random.nextBytes(id);
    return Bytes.of(id);
  }

  private Bytes upload(byte[] blob) {
    Blobs blobs =
        connection
            .get()
            .orElseThrow(
                () -> SottoException.of(Code.SERVER_UNREACHABLE, "There is no connection."));
    byte[] uploadId = new byte[ID];
    random.nextBytes(uploadId);
    Path file = store.archiveFolder().resolve("h" + HexFormat.of().formatHex(uploadId));
    try {
      Files.createDirectories(store.archiveFolder());
      Files.write(file, blob);
      UploadResponse answer =
          blobs
              .upload(
                  BlobDeclaration.newBuilder()
                      .setSize(blob.length)
                      .setSha256(ByteString.copyFrom(Sha256.of(blob)))
                      .setStorageClass(StorageClass.STORAGE_CLASS_TRANSIT)
                      .setUploadId(ByteString.copyFrom(uploadId))
                      .build(),
                  0,
                  file,
                  _ -> true)
              .orElseThrow();
      if (answer.getOutcomeCase() == UploadResponse.OutcomeCase.UPLOADED
          && answer.getUploaded().getBlobId().size() == AttachmentFormat.BLOB_ID) {
        return Bytes.of(answer.getUploaded().getBlobId().toByteArray());
      }
      throw SottoException.of(
          Code.SERVER_UNREACHABLE,
          "The server takes no history now (" + answer.getOutcomeCase() + ").");
    } catch (IOException e) {
      throw SottoException.of(Code.STORAGE_FULL, "The home cannot be written.", e);
    } finally {
      delete(file);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is swept away at the next start.
    }
  }
}
