package sotto.e2e.sim;

import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One call under way: its two ends, and what is between them.
///
/// An end is over when it has been told so; the other may learn it much later, or by the death of
/// the connection.
final class Wire<Q, A> {
  private final Net net;
  private final Machine client;
  private final Machine server;
  private final Net.Link link;
  private final ClientCall.Listener<A> answers;
  private final MethodDescriptor<Q, A> method;
  final Way up;
  final Way down;
  private ServerCall.@Nullable Listener<Object> handler;
  private Context.@Nullable CancellableContext context;
  private boolean clientOver;
  private boolean serverOver;

  Wire(
      Net net,
      Machine client,
      Machine server,
      ClientCall.Listener<A> answers,
      MethodDescriptor<Q, A> method) {
    this.net = net;
    this.method = method;
    this.client = client;
    this.server = server;
    this.link = new Net.Link(client.name(), server.name());
    this.answers = answers;
    this.up =
        new Way(
            net,
            server,
            () -> net.isCut(link),
            () -> toClient(answers::onReady),
            client.isServer());
    this.down =
        new Way(
            net, client, () -> net.isCut(link.back()), () -> toServer(this::handlerReady), true);
    client.opened(this);
    server.opened(this);
  }

  boolean joins(String machine) {
    return client.name().equals(machine) || server.name().equals(machine);
  }

  /// The call has come to the server: it is handled.
  <SQ, SA> void arrives(ServerMethodDefinition<SQ, SA> method, Metadata headers) {
    if (serverOver) {
      return;
    }
    var call = new SimServerCall<>(this, method.getMethodDescriptor());
    var opened = Context.ROOT.withCancellation();
    context = opened;
    opened.run(() -> {
      @SuppressWarnings("unchecked") // what goes up has been given the type of the method
      var listener =
          (ServerCall.Listener<Object>) method.getServerCallHandler().startCall(call, headers);
      handler = listener;
      if (!serverOver) {
        listener.onReady();
      }
    });
  }

  /// Something the client said reaches the handler.
  void heard(Consumer<ServerCall.Listener<Object>> what) {
    var listener = handler;
    var at = context;
    if (serverOver || listener == null || at == null) {
      return;
    }
    at.run(() -> what.accept(listener));
  }

  private void handlerReady() {
    heard(ServerCall.Listener::onReady);
  }

  /// Runs at the client's end, soon, unless it is over.
  void toClient(Runnable task) {
    client.after(
        0,
        () -> {
          if (!clientOver) {
            task.run();
          }
        });
  }

  private void toServer(Runnable task) {
    server.after(0, task);
  }

  boolean isServerOver() {
    return serverOver;
  }

  boolean isClientOver() {
    return clientOver;
  }

  /// The server's handler has closed the call, or let it go: the client will be told.
  void closedByServer(Status status, Metadata trailers) {
    if (serverOver) {
      return;
    }
    down.signal(() -> closeClient(status, trailers));
    endServer(true);
  }

  /// The client has cancelled.
  void cancelledByClient(Status status) {
    if (clientOver) {
      return;
    }
    up.signal(() -> endServer(false));
    closeClient(status, new Metadata());
  }

  /// The handler answers.
  <SA> void answer(SA answer, MethodDescriptor<?, SA> served) {
    @SuppressWarnings("unchecked") // the same marshaller makes the same type
    A theirs =
        served.getResponseMarshaller().equals(method.getResponseMarshaller())
            ? (A) answer
            : method.parseResponse(served.streamResponse(answer));
    down.message(SimServerCall.size(theirs), () -> answered(theirs));
  }

  private void answered(A answer) {
    if (!clientOver) {
      net.succeeded(link);
      answers.onMessage(answer);
    }
  }

  void headers(Metadata headers) {
    if (!clientOver) {
      net.succeeded(link);
      answers.onHeaders(headers);
    }
  }

  /// The call ends for the client.
  void closeClient(Status status, Metadata trailers) {
    if (clientOver) {
      return;
    }
    clientOver = true;
    client.closed(this);
    down.close();
    answers.onClose(status, trailers);
  }

  private void endServer(boolean completed) {
    if (serverOver) {
      return;
    }
    serverOver = true;
    server.closed(this);
    up.close();
    var listener = handler;
    var at = context;
    if (listener == null || at == null) {
      return;
    }
    server.after(
        0,
        () -> {
          at.run(() -> {
            if (completed) {
              listener.onComplete();
            } else {
              listener.onCancel();
            }
          });
          at.cancel(null);
        });
  }

  /// The connection is found to be broken, by both as far as they can.
  void broken() {
    net.failed(link);
    client.run(() -> closeClient(unavailable("the connection broke"), new Metadata()));
    server.run(() -> endServer(false));
  }

  /// One end has died: the other hears of it from the network, if it can.
  void lost(Machine dead) {
    if (dead == client) {
      clientOver = true;
      up.signal(() -> endServer(false));
    } else {
      serverOver = true;
      down.signal(() -> {
        net.failed(link);
        closeClient(unavailable("the peer is gone"), new Metadata());
      });
    }
  }

  /// A mended link delivers what was stuck in it.
  void flush() {
    up.flush();
    down.flush();
  }

  static Status unavailable(String why) {
    return Status.UNAVAILABLE.withDescription(why);
  }
}
