package sotto.e2e;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import sotto.chat.v1.ChatServiceGrpc;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Send;
import sotto.mesh.CertificateAuthority;

/// A server that its clients trust and that lies: it stands before the real one, passes everything
/// on, and changes the answers it was told to change. Keeps what clients sent to accounts.
final class LyingServer implements AutoCloseable {
  private final Wire real;
  private final Server server;
  private final Path ca;
  private final Map<String, BinaryOperator<byte[]>> lies = new ConcurrentHashMap<>();
  private final List<Send> sends = new CopyOnWriteArrayList<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  private LyingServer(Wire real, Path folder, Clock clock)
      throws IOException, CertificateEncodingException {
    this.real = real;
    Files.createDirectories(folder);
    var authority = CertificateAuthority.openOrCreate(folder, clock, new SecureRandom());
    var identity = authority.issueServer(List.of("localhost"));
    ca = authority.file();
    var credentials =
        TlsServerCredentials.create(
            pem("CERTIFICATE", identity.chain().getFirst().getEncoded()),
            pem("PRIVATE KEY", identity.key().getEncoded()));
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials)
            .fallbackHandlerRegistry(new Everything())
            .permitKeepAliveWithoutCalls(true)
            .maxInboundMessageSize(8 << 20)
            .build()
            .start();
  }

  /// Starts one before a real server.
  ///
  /// @param folder for its certificates
  static LyingServer before(ServerProcess server, Path folder) {
    return before(server, folder, Clock.systemUTC());
  }

  /// The same with certificates made by another clock.
  static LyingServer before(ServerProcess server, Path folder, Clock clock) {
    try {
      return new LyingServer(Wire.to(server.address(), server.ca()), folder, clock);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InputStream pem(String label, byte[] der) {
    var text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  Path ca() {
    return ca;
  }

  /// From now on a method's answers are changed. What comes back may depend on the real answer.
  <R> void lie(MethodDescriptor<?, R> method, UnaryOperator<R> lie) {
    lieTo(method, (_, answer) -> lie.apply(answer));
  }

  /// The same; the lie also depends on the request, on streams on the newest frame of the client.
  <Q, R> void lieTo(MethodDescriptor<Q, R> method, AnswerLie<Q, R> lie) {
    lies.put(
        method.getFullMethodName(),
        (request, answer) -> {
          try (var told =
              method.streamResponse(
                  lie.answer(
                      method.parseRequest(new ByteArrayInputStream(request)),
                      method.parseResponse(new ByteArrayInputStream(answer))))) {
            return told.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /// What an answer becomes.
  @FunctionalInterface
  interface AnswerLie<Q, R> {
    R answer(Q request, R truth);
  }

  /// From now on it tells the truth.
  void tellTheTruth() {
    lies.clear();
  }

  /// All that clients sent to accounts so far.
  List<Send> sends() {
    return List.copyOf(sends);
  }

  /// The full names of the methods called so far, in order.
  List<String> calls() {
    return List.copyOf(calls);
  }

  /// Every method there is, as bytes.
  private final class Everything extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
      var method =
          MethodDescriptor.newBuilder(Wire.Bytewise.INSTANCE, Wire.Bytewise.INSTANCE)
              .setType(MethodType.BIDI_STREAMING)
              .setFullMethodName(name)
              .build();
      return ServerMethodDefinition.create(
          method, (call, headers) -> passOn(method, call, headers));
    }
  }

  private ServerCall.Listener<byte[]> passOn(
      MethodDescriptor<byte[], byte[]> method, ServerCall<byte[], byte[]> front, Metadata headers) {
    calls.add(method.getFullMethodName());
    var back = real.channel().newCall(method, CallOptions.DEFAULT);
    var pass = new Pass(method.getFullMethodName(), front, back);
    back.start(pass.backListener(), passedHeaders(headers));
    back.request(1);
    front.request(1);
    return pass;
  }

  private static Metadata passedHeaders(Metadata headers) {
    var passed = new Metadata();
    var key = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    var authorization = headers.get(key);
    if (authorization != null) {
      passed.put(key, authorization);
    }
    return passed;
  }

  /// One call, passed on.
  private final class Pass extends ServerCall.Listener<byte[]> {
    private final String method;
    private final ServerCall<byte[], byte[]> front;
    private final ClientCall<byte[], byte[]> back;
    private volatile byte[] newest = new byte[0];

    Pass(String method, ServerCall<byte[], byte[]> front, ClientCall<byte[], byte[]> back) {
      this.method = method;
      this.front = front;
      this.back = back;
    }

    @Override
    public void onMessage(byte[] message) {
      newest = message;
      if (method.equals(ChatServiceGrpc.getConnectMethod().getFullMethodName())) {
        note(message);
      }
      back.sendMessage(message);
      front.request(1);
    }

    private void note(byte[] message) {
      try {
        var frame = ClientFrame.parseFrom(message);
        if (frame.hasSend()) {
          sends.add(frame.getSend());
        }
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void onHalfClose() {
      back.halfClose();
    }

    @Override
    public void onCancel() {
      back.cancel("the client has gone", null);
    }

    ClientCall.Listener<byte[]> backListener() {
      return new ClientCall.Listener<>() {
        private boolean began;

        private void begin() {
          if (!began) {
            began = true;
            front.sendHeaders(new Metadata());
          }
        }

        @Override
        public void onHeaders(Metadata headers) {
          begin();
        }

        @Override
        public void onMessage(byte[] message) {
          begin();
          var lie = lies.get(method);
          front.sendMessage(lie == null ? message : lie.apply(newest, message));
          back.request(1);
        }

        @Override
        public void onClose(Status status, @Nullable Metadata trailers) {
          front.close(status, details(trailers));
        }
      };
    }

    private static Metadata details(@Nullable Metadata trailers) {
      var kept = new Metadata();
      var key = Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
      var details = trailers == null ? null : trailers.get(key);
      if (details != null) {
        kept.put(key, details);
      }
      return kept;
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    real.close();
  }
}
