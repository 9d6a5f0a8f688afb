package sotto.mesh;

import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Makes the channels on which services call each other.
///
/// Threads: callbacks of asynchronous stubs run on virtual threads, one after the other for each
/// call; they may block. Blocking stubs wait on the caller's thread.
public final class Channels {
  /// How long a unary call without a deadline of its own may take.
  public static final Duration DEADLINE = Duration.ofSeconds(10);

  private Channels() {}

  /// A channel to an [InternalServer] of this process. Unary calls without a deadline get
  /// [#DEADLINE].
  ///
  /// @param name the server's name; it need not have started yet
  /// @param telemetry where traces and metrics go
  /// @return the channel; whoever asks for it shuts it down
  public static ManagedChannel inProcess(String name, Telemetry telemetry) {
    var builder =
        InProcessChannelBuilder.forName(name)
            .executor(callbacks())
            // Sizes of messages that are not serialised are not worth serialising them.
            .assumedMessageSize(0)
            .intercept(new DefaultDeadline(DEADLINE));
    telemetry.instrument(builder);
    return builder.build();
  }

  /// The threads of callbacks.
  static ExecutorService callbacks() {
    return Callbacks.EXECUTOR;
  }

  /// One for the process: a virtual thread a task needs no pool and no end.
  private static final class Callbacks {
    static final ExecutorService EXECUTOR =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("channel-", 0).factory());
  }
}
