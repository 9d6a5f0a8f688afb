package sotto.store.write;

import java.util.ArrayList;
import java.util.List;

/// Writers that work when they are told to, all on the thread that tells them: whoever waits for a
/// call does the work that is before it. For one thread.
public final class Steps implements Pace {
  private final List<Writer> writers = new ArrayList<>();
  private boolean working;

  /// Steps of no writer yet.
  public Steps() {}

  @Override
  public Work start(Writer writer) {
    writers.add(writer);
    return () -> end(writer);
  }

  private void end(Writer writer) {
    while (!writer.isOver()) {
      var _ = writer.step();
    }
    writer.leave();
    writers.remove(writer);
  }

  /// Lets every writer do what has queued; one whose buckets are in doubt takes them over anew.
  ///
  /// @return whether anything had queued
  public boolean step() {
    if (working) {
      throw new IllegalStateException("a step within a step");
    }
    working = true;
    try {
      boolean any = false;
      for (Writer writer : writers) {
        any |= writer.step();
      }
      return any;
    } finally {
      working = false;
    }
  }

  @Override
  public void await(Call<?> call) {
    boolean any = true;
    while (any && !call.isOver()) {
      any = step();
    }
  }
}
