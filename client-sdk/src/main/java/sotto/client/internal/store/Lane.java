package sotto.client.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// The one thread that touches the store and does cryptography.
///
/// Work that has queued up runs in one transaction, each piece under a savepoint: a piece that
/// fails is undone alone, and all others are durable together when the transaction has been
/// committed (fsync). Only then do the callers hear of it. Work must not wait for anything: no
/// network, no other thread.
public final class Lane implements AutoCloseable {
  /// A piece of work.
  @FunctionalInterface
  public interface Work<T> {
    /// Runs on the lane within a transaction.
    T run(Transaction transaction);
  }

  /// The transaction a piece of work runs in.
  public static final class Transaction {
    private final Sql sql;
    private final List<Runnable> after = new ArrayList<>();
    private final List<Runnable> undone = new ArrayList<>();

    private Transaction(Sql sql) {
      this.sql = sql;
    }

    /// Has something run on the lane once this is durable; nothing runs if it is undone.
    public void afterCommit(Runnable action) {
      after.add(action);
    }

    /// Has something run on the lane if this is undone.
    public void afterUndo(Runnable action) {
      undone.add(action);
    }

    /// Does something that is undone alone if it fails by a fault of the program.
    ///
    /// @return false if it was undone
    /// @throws SottoException if the store failed: the whole transaction is then undone
    public boolean attempt(Runnable action) {
      sql.run("SAVEPOINT attempt");
      int before = after.size();
      try {
        action.run();
        sql.run("RELEASE attempt");
        return true;
      } catch (RuntimeException e) {
        if (StorageFaults.endsTransaction(e)) {
          throw e;
        }
        after.subList(before, after.size()).clear();
        sql.run("ROLLBACK TO attempt");
        sql.run("RELEASE attempt");
        return false;
      }
    }
  }

  private static final int MAX_BATCH = 256;

  private record Piece(Work<?> work, CompletableFuture<Object> result) {}

  private final Sql sql;
  private final LinkedBlockingQueue<Optional<Piece>> queue = new LinkedBlockingQueue<>();
  private final Consumer<SottoException> blocked;
  private final Thread thread;
  private volatile boolean closed;

  /// Starts it.
  ///
  /// @param blocked told when the store could not be written; runs on the lane
  public Lane(Sql sql, Consumer<SottoException> blocked) {
    this.sql = sql;
    this.blocked = blocked;
    this.thread = Thread.ofPlatform().name("sotto-lane").daemon().unstarted(this::run);
    thread.start();
  }

  /// Runs work and waits until it is durable.
  ///
  /// @throws SottoException what the work threw; CLOSED; STORAGE_FULL if it could not be committed
  public <T> T call(Work<T> work) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("the lane cannot wait for itself");
    }
    try {
      return submit(work).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof SottoException sotto) {
        // A fresh one: its trace is the caller's.
        throw sotto;
      }
      throw SottoException.of(Code.INTERNAL, "A fault of this program.", cause == null ? e : cause);
    }
  }

  /// Runs work later; its result says when it is durable.
  @SuppressWarnings("unchecked")
  public <T> CompletableFuture<T> submit(Work<T> work) {
    CompletableFuture<Object> result = new CompletableFuture<>();
    if (closed) {
      result.completeExceptionally(SottoException.of(Code.CLOSED, "This home was closed."));
    } else {
      queue.add(Optional.of(new Piece(work, result)));
    }
    return (CompletableFuture<T>) (CompletableFuture<?>) result;
  }

  private void run() {
    List<Piece> batch = new ArrayList<>();
    while (true) {
      batch.clear();
      try {
        boolean more = queue.take().map(batch::add).orElse(false);
        while (more && batch.size() < MAX_BATCH) {
          Optional<Piece> next = queue.poll();
          if (next == null) {
            break;
          }
          more = next.map(batch::add).orElse(false);
        }
        commit(batch);
        if (!more) {
          fail(drain(), SottoException.of(Code.CLOSED, "This home was closed."));
          return;
        }
      } catch (InterruptedException e) {
        // Nobody but close() ends the lane.
      }
    }
  }

  private List<Piece> drain() {
    List<Optional<Piece>> rest = new ArrayList<>();
    queue.drainTo(rest);
    return rest.stream().flatMap(Optional::stream).toList();
  }

  private void commit(List<Piece> batch) {
    if (batch.isEmpty()) {
      return;
    }
    List<Transaction> done = new ArrayList<>();
    List<Runnable> answers = new ArrayList<>();
    try {
      sql.run("BEGIN IMMEDIATE");
      for (Piece piece : batch) {
        runOne(piece, done, answers);
      }
      sql.run("COMMIT");
    } catch (RuntimeException e) {
      undo();
      done.forEach(transaction -> transaction.undone.forEach(Runnable::run));
      SottoException failure =
          e instanceof SottoException s
              ? s
              : SottoException.of(Code.INTERNAL, "A fault of this program.", e);
      fail(batch, failure);
      blocked.accept(failure);
      return;
    }
    done.forEach(transaction -> transaction.after.forEach(Lane::runSafely));
    answers.forEach(Runnable::run);
  }

  @SuppressWarnings("CatchingUnchecked") // whatever a piece throws is its caller's to see
  private void runOne(Piece piece, List<Transaction> done, List<Runnable> answers) {
    sql.run("SAVEPOINT piece");
    Transaction transaction = new Transaction(sql);
    try {
      Object value = piece.work().run(transaction);
      sql.run("RELEASE piece");
      done.add(transaction);
      answers.add(() -> piece.result().complete(value));
    } catch (RuntimeException | Error e) {
      if (StorageFaults.endsTransaction(e)) {
        done.add(transaction);
        throw e;
      }
      sql.run("ROLLBACK TO piece");
      sql.run("RELEASE piece");
      transaction.undone.forEach(Runnable::run);
      answers.add(() -> piece.result().completeExceptionally(e));
    }
  }

  /// A fault in what follows a commit must not stop the lane.
  private static void runSafely(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      Thread.UncaughtExceptionHandler handler =
          Thread.currentThread().getUncaughtExceptionHandler();
      handler.uncaughtException(Thread.currentThread(), e);
    }
  }

  private void undo() {
    try {
      sql.run("ROLLBACK");
    } catch (SottoException e) {
      // SQLite has undone it already.
    }
  }

  private static void fail(List<Piece> pieces, SottoException failure) {
    pieces.forEach(p -> p.result().completeExceptionally(failure));
  }

  /// Ends it after the work that has queued up, and waits for that.
  @Override
  public void close() {
    closed = true;
    queue.add(Optional.empty());
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
