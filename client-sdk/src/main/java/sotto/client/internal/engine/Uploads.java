package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.QuotaExceeded;
import sotto.blob.v1.RenewResponse;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadPosition;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.Uploaded;
import sotto.chain.Bytes;
import sotto.client.Event.FileProgress.Direction;
import sotto.client.Failure;
import sotto.client.MessageId;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.net.DirectRefused;
import sotto.client.internal.net.DirectUpload;
import sotto.client.internal.net.Meter;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.KnownBlobs.Known;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Messages;
import sotto.crypto.AttachmentKey;

/// Brings encrypted files to the server when there is a connection; the message that names them is
/// sealed only then. A few at a time, and a large one never keeps all of the small ones waiting.
///
/// ```
/// waiting ── known from an earlier message, and renewed ──▶ uploaded
/// waiting ── Begin ──▶ sending from what is committed ── all of it is there ──▶ uploaded
/// sending ── the network, the server or the process breaks off ──▶ waiting (and Begin again)
/// waiting, sending ── refused for good ──▶ given up ── the message is retried ──▶ waiting
/// ```
final class Uploads {
  private record Job(Attached.Entry entry, MessageId message) {
    Bytes uploadId() {
      return entry.uploadId().orElseThrow();
    }
  }

  /// Ciphertexts below this are sent without asking first how far they are.
  private static final long SMALL = 1024 * 1024;

  private static final int MOVES = 8;
  private static final UploadResponse.OutcomeCase NOT_ANSWERED =
      UploadResponse.OutcomeCase.OUTCOME_NOT_SET;
  private static final Duration LONGEST_QUOTA_WAIT = Duration.ofHours(1);

  private final Core core;
  private final OutgoingFiles files;
  private final Transfers transfers;
  private final UploadSlots slots = new UploadSlots();
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicBoolean again = new AtomicBoolean();
  private volatile Optional<Outbox> outbox = Optional.empty();
  private volatile Optional<GroupOutbox> groupOutbox = Optional.empty();

  Uploads(Core core, OutgoingFiles files, Transfers transfers) {
    this.core = core;
    this.files = files;
    this.transfers = transfers;
  }

  void feeds(Outbox fed, GroupOutbox groups) {
    outbox = Optional.of(fed);
    groupOutbox = Optional.of(groups);
  }

  /// Uploads what waits. Any thread.
  void wake() {
    again.set(true);
    if (core.session().isPresent() && running.compareAndSet(false, true)) {
      core.inBackground("uploads", this::dispatch);
    }
  }

  /// A new connection: what was waited for may be over.
  void connected() {
    slots.resume();
    wake();
  }

  private void dispatch() {
    try {
      while (again.getAndSet(false) && !slots.paused()) {
        for (Job job : core.lane().call(_ -> next())) {
          if (slots.take(job.entry())) {
            core.inBackground("upload", () -> run(job));
          }
        }
      }
    } finally {
      running.set(false);
    }
    if (again.get() && !slots.paused()) {
      wake();
    }
  }

  /// What may go now, the oldest first; more than there are slots, as some of it is going already.
  private List<Job> next() {
    List<Attached.Entry> waiting = new ArrayList<>();
    waiting.addAll(core.store().attached().waiting(0, UploadSlots.LARGE, UploadSlots.MOST * 2));
    waiting.addAll(
        core.store().attached().waiting(UploadSlots.LARGE, Long.MAX_VALUE, UploadSlots.MOST * 2));
    List<Job> jobs = new ArrayList<>();
    for (Attached.Entry entry : waiting) {
      Optional<Messages.State> state = core.store().messages().state(entry.message());
      if (state.isPresent() && entry.uploadId().isPresent()) {
        jobs.add(new Job(entry, state.get().messageId()));
      }
    }
    return jobs;
  }

  private void run(Job job) {
    Attached.Entry entry = job.entry();
    boolean goesOn = false;
    try {
      Optional<Session> session = core.session();
      // It may have been done between the question what waits and the taking of the slot.
      if (session.isPresent() && core.lane().call(_ -> core.store().attached().waits(entry))) {
        upload(session.get(), job);
        slots.succeeded();
      }
    } catch (SottoException e) {
      goesOn = true;
      later(job, e);
    } catch (IOException e) {
      failed(job, Failures.FILE_GONE);
    } finally {
      if (!goesOn) {
        transfers.ended(entry.message(), entry.place());
      }
      slots.free(entry);
    }
    wake();
  }

  private void upload(Session session, Job job) throws IOException {
    AttachmentKey key = job.entry().key();
    Optional<Known> known =
        core.lane().call(_ -> core.store().knownBlobs().find(key.plainSha256(), key.plainSize()));
    if (known.isPresent() && renewed(session, job, known.get())) {
      return;
    }
    BlobDeclaration blob = declaration(job);
    Optional<UploadPosition> position =
        blob.getSize() < SMALL
            ? Optional.of(UploadPosition.getDefaultInstance())
            : begin(session, job, blob, true);
    if (position.map(UploadPosition::getDirect).orElse(false)) {
      if (direct(session, job, blob, position.get())) {
        return;
      }
      position = begin(session, job, blob, false);
    }
    if (position.isPresent()) {
      stream(session, job, blob, position.get());
    }
  }

  /// Asks where to go on.
  ///
  /// @return empty if it is settled
  private Optional<UploadPosition> begin(
      Session session, Job job, BlobDeclaration blob, boolean direct) {
    BeginResponse begun = session.blobs().begin(blob, direct);
    switch (begun.getOutcomeCase()) {
      case POSITION -> {
        return Optional.of(begun.getPosition());
      }
      case UPLOADED -> done(job, begun.getUploaded());
      case MISMATCH -> failed(job, Failures.FILE_GONE);
      case TOO_LARGE -> failed(job, Failures.TOO_LARGE);
      case QUOTA_EXCEEDED -> quota(job, begun.getQuotaExceeded());
      case OUTCOME_NOT_SET -> throw unanswered();
    }
    return Optional.empty();
  }

  /// Sends it to a store of objects.
  ///
  /// @return whether it is settled; false = it has to go through the server
  private boolean direct(Session session, Job job, BlobDeclaration blob, UploadPosition position)
      throws IOException {
    Meter meter = meter(job, position.getCommitted(), position.getPartSize());
    try {
      Optional<UploadResponse> answer =
          new DirectUpload(
                  session.blobs(), session.direct(), blob, files.path(job.uploadId()), meter)
              .run(position);
      if (answer.map(a -> a.hasElsewhere() || a.getOutcomeCase() == NOT_ANSWERED).orElse(false)) {
        return false;
      }
      answer.ifPresent(a -> settle(job, a));
      return true;
    } catch (DirectRefused e) {
      return false;
    }
  }

  private static BlobDeclaration declaration(Job job) {
    AttachmentKey key = job.entry().key();
    return BlobDeclaration.newBuilder()
        .setSize(key.ciphertextSize())
        .setSha256(ByteString.copyFrom(key.ciphertextSha256().toArray()))
        .setStorageClass(StorageClass.STORAGE_CLASS_TRANSIT)
        .setUploadId(ByteString.copyFrom(job.uploadId().toArray()))
        .build();
  }

  private void stream(Session session, Job job, BlobDeclaration blob, UploadPosition from)
      throws IOException {
    Path file = files.path(job.uploadId());
    UploadPosition position = from;
    for (int moves = 0; moves < MOVES; moves++) {
      long offset = position.getCommitted();
      if (offset < 0 || offset > blob.getSize()) {
        throw malformed();
      }
      Meter meter = meter(job, offset, position.getPartSize());
      if (offset > 0 && !meter.at(offset)) {
        return;
      }
      Optional<UploadResponse> answer = session.blobs().upload(blob, offset, file, meter);
      if (answer.isEmpty()) {
        return;
      }
      if (!answer.get().hasElsewhere()) {
        settle(job, answer.get());
        return;
      }
      position = answer.get().getElsewhere();
    }
    throw SottoException.of(Code.SERVER_UNREACHABLE, "The server moves the upload to and fro.");
  }

  private Meter meter(Job job, long offset, long partSize) {
    return transfers.meter(
        job.entry(),
        job.message(),
        Direction.UPLOAD,
        position -> {
          if (partSize > 0 && position - offset > partSize) {
            CrashPoint.AFTER_UPLOAD_PART.reached();
          }
          return slots.wanted(job.entry()) && !core.closed();
        });
  }

  private void settle(Job job, UploadResponse answer) {
    switch (answer.getOutcomeCase()) {
      case UPLOADED -> done(job, answer.getUploaded());
      case TOO_LARGE -> failed(job, Failures.TOO_LARGE);
      case MISMATCH -> failed(job, Failures.FILE_GONE);
      case QUOTA_EXCEEDED -> quota(job, answer.getQuotaExceeded());
      case ELSEWHERE, OUTCOME_NOT_SET -> throw unanswered();
    }
  }

  private static SottoException unanswered() {
    return SottoException.of(Code.SERVER_UNREACHABLE, "The upload was not answered.");
  }

  private static SottoException malformed() {
    return SottoException.of(Code.REFUSED, "The server's answer to an upload is malformed.");
  }

  /// Sends what the server has from an earlier message, if it still has it.
  private boolean renewed(Session session, Job job, Known known) {
    RenewResponse answer =
        known.expiresAt() > core.clock().millis()
            ? session.blobs().renew(known.blobId().toArray())
            : RenewResponse.getDefaultInstance();
    if (!answer.hasRenewed()) {
      AttachmentKey key = known.key();
      core.lane()
          .call(_ -> {
            core.store().knownBlobs().forget(key.plainSha256(), key.plainSize());
            return true;
          });
      return false;
    }
    done(job, new Known(known.key(), known.blobId(), expiry(answer.getRenewed().getExpiresAtMs())));
    return true;
  }

  private static long expiry(long millis) {
    return millis <= 0 ? Long.MAX_VALUE : millis;
  }

  private void done(Job job, Uploaded uploaded) {
    if (uploaded.getBlobId().size() != AttachmentFormat.BLOB_ID) {
      throw malformed();
    }
    done(
        job,
        new Known(
            job.entry().key(),
            Bytes.of(uploaded.getBlobId().toByteArray()),
            expiry(uploaded.getExpiresAtMs())));
  }

  private void done(Job job, Known blob) {
    Attached.Entry entry = job.entry();
    boolean waited =
        core.lane()
            .call(tx -> {
              core.store().knownBlobs().put(blob);
              if (!core.store()
                  .attached()
                  .uploaded(entry.message(), entry.place(), blob.key(), blob.blobId().toArray())) {
                return false;
              }
              if (!core.store().attached().waits(entry.message())) {
                core.store().outgoing().unpark(entry.message());
                core.store().groupOutgoing().unpark(entry.message());
              }
              wakeLane(tx, entry);
              return true;
            });
    if (waited) {
      CrashPoint.AFTER_UPLOAD.reached();
      files.discard(job.uploadId());
    }
  }

  private void quota(Job job, QuotaExceeded quota) {
    if (quota.getRetryAfterMs() == 0) {
      failed(job, Failures.QUOTA);
      return;
    }
    Duration asked = Duration.ofMillis(Math.max(0, quota.getRetryAfterMs()));
    waits(job, Failures.QUOTA_WAITS);
    pause(asked.compareTo(LONGEST_QUOTA_WAIT) > 0 ? LONGEST_QUOTA_WAIT : asked);
  }

  /// The network's or the server's trouble, not the file's: it is tried again.
  private void later(Job job, SottoException e) {
    if (core.closed() || e.code() == Code.CLOSED) {
      return;
    }
    boolean slower = e.code() == Code.RATE_LIMITED;
    waits(job, slower ? Failures.RATE_LIMITED : Failures.UPLOAD_WAITS);
    pause(slots.pauseAfterFailure(e.retryAfter().orElse(Duration.ZERO), core.random()));
  }

  private void waits(Job job, Failure reason) {
    var _ =
        core.lane()
            .submit(_ -> {
              core.store().messages().waitsFor(job.entry().message(), reason);
              return true;
            });
  }

  private void pause(Duration wait) {
    slots.pause(wait);
    core.timers().after(wait.toMillis() + 1, this::wake);
  }

  private void failed(Job job, Failure failure) {
    long message = job.entry().message();
    List<Bytes> over =
        core.lane()
            .call(tx -> {
              List<Bytes> uploads = uploadsOf(message);
              core.store().attached().giveUp(message);
              core.store().outgoing().removeMessage(message);
              core.store().groupOutgoing().removeMessage(message);
              core.fail(tx, message, failure);
              wakeLane(tx, job.entry());
              return uploads;
            });
    slots.unwanted(message);
    if (!failure.retryable()) {
      over.forEach(files::discard);
    }
  }

  private List<Bytes> uploadsOf(long message) {
    return core.store().attached().of(message).stream()
        .flatMap(e -> e.uploadId().stream())
        .toList();
  }

  /// The message will not be sent: its files go. Not on the lane.
  void cancelled(long message) {
    slots.unwanted(message);
    transfers.ended(message);
    core.lane().call(_ -> uploadsOf(message)).forEach(files::discard);
  }

  /// Whether all that a message still has to upload is here. On the lane.
  boolean complete(long message) {
    return core.store().attached().of(message).stream()
        .allMatch(e -> e.blobId().isPresent() || e.uploadId().map(files::exists).orElse(false));
  }

  private void wakeLane(Transaction tx, Attached.Entry entry) {
    Optional<Long> contact =
        core.store().messages().state(entry.message()).map(Messages.State::contact);
    contact
        .flatMap(core.store().contacts()::find)
        .flatMap(c -> c.account())
        .ifPresent(a -> tx.afterCommit(() -> outbox.ifPresent(o -> o.wake(a))));
    contact.ifPresent(c -> tx.afterCommit(() -> groupOutbox.ifPresent(o -> o.wake(c))));
    tx.afterCommit(core.progress()::raise);
  }
}
