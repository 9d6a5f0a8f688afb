package sotto.client.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import sotto.client.AutoDownloads.Rule;
import sotto.client.FileView;
import sotto.client.SaveResult;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.FileDetail;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.WantedFiles.Wanted;

/// Downloads received files by itself where there is a rule: what accepted contacts sent, a few at
/// a time, beside everything else.
///
/// ```
/// waiting ── its turn, and the day has room for it ──▶ coming ── saved, gone or damaged ──▶ over, and told
/// coming ── the network, the server, the disk or the process breaks off ──▶ waiting (and resumed)
/// waiting ── no rule any more, or a smaller one ──▶ forgotten
/// ```
public final class AutoSaver {
  /// How many come at a time.
  static final int MOST = 2;

  /// What stays free on a disk.
  static final long RESERVE = 256L * 1024 * 1024;

  private static final Duration LOOK_AT_THE_DAY = Duration.ofMinutes(10);
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  private final Core core;
  private final BiFunction<FileView, Path, SaveResult> downloads;
  private final Semaphore slots = new Semaphore(MOST);
  private final Set<Wanted> active = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicBoolean again = new AtomicBoolean();
  private final AtomicInteger failures = new AtomicInteger();
  private volatile Optional<Rule> rule = Optional.empty();
  private volatile long pausedUntil = System.nanoTime();

  /// @param downloads brings a file into a folder; blocks
  AutoSaver(Core core, BiFunction<FileView, Path, SaveResult> downloads) {
    this.core = core;
    this.downloads = downloads;
  }

  /// Reads the rule. On the lane.
  void load() {
    rule = core.store().wantedFiles().rule();
  }

  /// The rule.
  public Optional<Rule> rule() {
    return rule;
  }

  /// Keeps a rule.
  public void set(Rule wanted) {
    core.lane()
        .call(_ -> {
          core.store().wantedFiles().set(wanted);
          rule = Optional.of(wanted);
          return true;
        });
    connected();
  }

  /// Forgets the rule.
  public void off() {
    core.lane()
        .call(_ -> {
          core.store().wantedFiles().off();
          rule = Optional.empty();
          return true;
        });
  }

  /// Where files go.
  public Path folder(Rule wanted) {
    return wanted.folder().orElseGet(() -> core.store().filesFolder());
  }

  /// How many files wait or come.
  public int waiting() {
    return core.lane().call(_ -> core.store().wantedFiles().count());
  }

  /// Waits until nothing comes or could.
  public boolean await(Duration wait) {
    return core.progress().await(this::idle, wait);
  }

  private boolean idle() {
    return active.isEmpty()
        && (core.closed() || paused() || core.session().isEmpty() || waiting() == 0);
  }

  /// A message came. On the lane.
  void received(Transaction tx, long message) {
    boolean any = rule.map(r -> core.store().wantedFiles().add(message, r.largest())).orElse(false);
    if (any) {
      tx.afterCommit(this::wake);
    }
  }

  /// A new connection: what was waited for may be over.
  void connected() {
    pausedUntil = System.nanoTime();
    wake();
  }

  /// Fetches what waits. Any thread.
  void wake() {
    again.set(true);
    if (rule.isPresent() && core.session().isPresent() && running.compareAndSet(false, true)) {
      core.inBackground("wanted-files", this::dispatch);
    }
  }

  private void dispatch() {
    try {
      while (again.getAndSet(false) && !paused()) {
        for (Wanted file : core.lane().call(_ -> core.store().wantedFiles().next(MOST * 2))) {
          if (take(file)) {
            core.inBackground("wanted-file", () -> run(file));
          }
        }
      }
    } finally {
      running.set(false);
    }
    if (again.get() && !paused()) {
      wake();
    }
  }

  private boolean take(Wanted file) {
    if (!slots.tryAcquire()) {
      return false;
    }
    if (active.add(file)) {
      return true;
    }
    slots.release();
    return false;
  }

  private void run(Wanted file) {
    try {
      rule.ifPresent(r -> run(file, r));
    } catch (SottoException e) {
      failed(file, e);
    } finally {
      active.remove(file);
      slots.release();
    }
    wake();
  }

  private void run(Wanted file, Rule r) {
    Optional<FileView> view = core.lane().call(_ -> view(file));
    if (view.isEmpty()) {
      return;
    }
    Path folder = folder(r);
    requireRoom(core.store().incomingFolder(), view.get().size());
    requireRoom(folder, view.get().size());
    long day = core.clock().millis() / DAY_MILLIS;
    if (!core.lane()
        .call(_ -> core.store().wantedFiles().spend(file, view.get().size(), day, r.aDay()))) {
      pause(LOOK_AT_THE_DAY);
      return;
    }
    SaveResult result = downloads.apply(view.get(), folder);
    core.lane()
        .call(tx -> {
          core.store().wantedFiles().remove(file);
          core.store()
              .events()
              .addMessage(
                  Events.Kind.FILE,
                  file.message(),
                  new FileDetail(file.place(), result).text(),
                  core.clock().millis());
          tx.afterCommit(core.events()::stored);
          return true;
        });
    failures.set(0);
  }

  /// The file, if it still waits: it may have come between the question what waits and the taking
  /// of the slot. On the lane.
  private Optional<FileView> view(Wanted file) {
    return core.store().wantedFiles().waits(file)
        ? core.store().messages().view(file.message()).files().stream()
            .filter(f -> f.index() == file.place())
            .findFirst()
        : Optional.empty();
  }

  private static void requireRoom(Path folder, long bytes) {
    Path there = folder;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      if (Files.getFileStore(there).getUsableSpace() - bytes < RESERVE) {
        throw SottoException.of(Code.STORAGE_FULL, "The disk has little room left.");
      }
    } catch (IOException e) {
      throw SottoException.of(Code.FILE, "The folder for files cannot be used.", e);
    }
  }

  /// What passes goes on after a while, or with the next connection; what does not is left to the
  /// user.
  private void failed(Wanted file, SottoException e) {
    if (core.closed()) {
      return;
    }
    if (e.code() == Code.REFUSED || e.code() == Code.INVALID_INPUT) {
      core.lane()
          .call(_ -> {
            core.store().wantedFiles().remove(file);
            return true;
          });
    } else {
      pause(
          Pause.before(
              failures.getAndIncrement(), e.retryAfter().orElse(Duration.ZERO), core.random()));
    }
  }

  private void pause(Duration wait) {
    pausedUntil = System.nanoTime() + wait.toNanos();
    core.timers().after(wait.toMillis() + 1, this::wake);
  }

  private boolean paused() {
    return pausedUntil - System.nanoTime() > 0;
  }
}
