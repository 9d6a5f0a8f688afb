package sotto.store.write;

/// A thread for each writer; it waits for jobs.
final class Threads implements Pace {
  @Override
  public Work start(Writer writer) {
    // A platform thread: SQLite's calls are native and would hold a virtual thread's carrier.
    Thread thread = Thread.ofPlatform().name(writer.name()).start(() -> run(writer));
    return () -> join(thread);
  }

  private static void run(Writer writer) {
    while (!writer.isOver()) {
      try {
        writer.work();
      } catch (InterruptedException e) {
        writer.shut();
      }
    }
    writer.leave();
  }

  private static void join(Thread thread) {
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

  @Override
  public void await(Call<?> call) throws InterruptedException {
    call.awaitFate();
  }
}
