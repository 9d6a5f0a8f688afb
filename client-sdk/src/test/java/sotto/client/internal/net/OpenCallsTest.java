package sotto.client.internal.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.account.v1.GetServerInfoRequest;

class OpenCallsTest {
  private static final long LONG_MILLIS = 30_000;

  private final OpenCalls calls = new OpenCalls();

  @Test
  void callerWhoIsAboutToWrite_isWaitedFor_thoughTheChannelHasEnded() throws Exception {
    var server = InProcessServerBuilder.forName("open-calls").directExecutor().build().start();
    var channel = channel("open-calls");
    try {
      boolean[] endedBefore = {true};
      var stub =
          stub(channel)
              .withInterceptors(
                  new BeforeWriting(() -> {
                    channel.shutdownNow();
                    channel.awaitTermination(LONG_MILLIS, TimeUnit.MILLISECONDS);
                    endedBefore[0] = calls.awaitEnd(0);
                  }));

      assertThatThrownBy(() -> call(stub)).isInstanceOf(StatusRuntimeException.class);

      assertThat(channel.isTerminated()).isTrue();
      assertThat(endedBefore[0]).isFalse();
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void callersWhoHaveHeardTheirEnd_areNotWaitedFor() throws Exception {
    var channel = channel("nobody is there");

    assertThatThrownBy(() -> call(stub(channel))).hasMessageContaining("UNAVAILABLE");

    assertThat(calls.awaitEnd(LONG_MILLIS)).isTrue();
    channel.shutdownNow();
  }

  /// A blocking stub does so, and the event loop may be over by then.
  @Test
  void callThatHasEnded_isNotCancelledOnceMore() {
    AtomicInteger cancelled = new AtomicInteger();
    var channel = InProcessChannelBuilder.forName("nobody is there").directExecutor().build();
    // The first is the nearest to the channel.
    var stub =
        stub(
            ClientInterceptors.intercept(channel, new OnCancel(cancelled::incrementAndGet), calls));

    assertThatThrownBy(() -> call(stub)).hasMessageContaining("UNAVAILABLE");

    assertThat(cancelled).hasValue(0);
    channel.shutdownNow();
  }

  private record OnCancel(Runnable action) implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
          action.run();
          super.cancel(message, cause);
        }
      };
    }
  }

  private ManagedChannel channel(String name) throws IOException {
    return InProcessChannelBuilder.forName(name).directExecutor().intercept(calls).build();
  }

  private static AccountServiceBlockingStub stub(Channel channel) {
    return AccountServiceGrpc.newBlockingStub(channel);
  }

  private static void call(AccountServiceBlockingStub stub) {
    var _ = stub.getServerInfo(GetServerInfoRequest.getDefaultInstance());
  }

  /// Does something when a call has begun and nothing has been written.
  private record BeforeWriting(Action action) implements ClientInterceptor {
    interface Action {
      void run() throws Exception;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void sendMessage(Q message) {
          try {
            action.run();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
          super.sendMessage(message);
        }
      };
    }
  }
}
