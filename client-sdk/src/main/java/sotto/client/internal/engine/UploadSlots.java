package sotto.client.internal.engine;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import sotto.client.internal.store.Attached;

/// Which uploads are under way, and whether any may begin. Any thread.
final class UploadSlots {
  /// How many go at a time.
  static final int MOST = 4;

  /// Ciphertexts from this size on are large, and leave slots to the others.
  static final long LARGE = 4L * 1024 * 1024;

  private static final int MOST_LARGE = 2;

  private record Upload(long message, int place, boolean large) {
    static Upload of(Attached.Entry entry) {
      return new Upload(entry.message(), entry.place(), entry.key().ciphertextSize() >= LARGE);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Upload> active = new HashSet<>(); // guarded by lock
  private final Set<Upload> unwanted = new HashSet<>(); // guarded by lock; of those active
  private long pausedUntil = System.nanoTime(); // guarded by lock
  private int failures; // guarded by lock

  /// Takes a slot; false if there is none for this upload, or it has one.
  boolean take(Attached.Entry entry) {
    Upload upload = Upload.of(entry);
    lock.lock();
    try {
      boolean room =
          active.size() < MOST
              && (!upload.large() || active.stream().filter(Upload::large).count() < MOST_LARGE);
      return room && active.add(upload);
    } finally {
      lock.unlock();
    }
  }

  void free(Attached.Entry entry) {
    lock.lock();
    try {
      active.remove(Upload.of(entry));
      unwanted.remove(Upload.of(entry));
    } finally {
      lock.unlock();
    }
  }

  /// The uploads of a message are no longer wanted.
  void unwanted(long message) {
    lock.lock();
    try {
      active.stream().filter(u -> u.message() == message).forEach(unwanted::add);
    } finally {
      lock.unlock();
    }
  }

  boolean wanted(Attached.Entry entry) {
    lock.lock();
    try {
      return !unwanted.contains(Upload.of(entry));
    } finally {
      lock.unlock();
    }
  }

  void pause(Duration wait) {
    lock.lock();
    try {
      pausedUntil = System.nanoTime() + wait.toNanos();
    } finally {
      lock.unlock();
    }
  }

  void resume() {
    lock.lock();
    try {
      pausedUntil = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  boolean paused() {
    lock.lock();
    try {
      return pausedUntil - System.nanoTime() > 0;
    } finally {
      lock.unlock();
    }
  }

  void succeeded() {
    lock.lock();
    try {
      failures = 0;
    } finally {
      lock.unlock();
    }
  }

  /// How long to wait after a failure.
  Duration pauseAfterFailure(Duration asked, RandomGenerator random) {
    lock.lock();
    try {
      return Pause.before(failures++, asked, random);
    } finally {
      lock.unlock();
    }
  }
}
