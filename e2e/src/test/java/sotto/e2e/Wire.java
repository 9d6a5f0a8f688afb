package sotto.e2e;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.keys.v1.KeyServiceGrpc;
import sotto.keys.v1.KeyServiceGrpc.KeyServiceBlockingStub;

/// A TLS connection to a server on which anything can be said.
final class Wire implements AutoCloseable {
  static final int SECONDS = 20;

  private final ManagedChannel channel;
  private final String host;

  private Wire(ManagedChannel channel, String host) {
    this.channel = channel;
    this.host = host;
  }

  /// Connects.
  ///
  /// @param address `HOST:PORT`
  /// @param ca whom to trust
  static Wire to(String address, Path ca) {
    try {
      var trust = TlsChannelCredentials.newBuilder().trustManager(ca.toFile()).build();
      return new Wire(
          Grpc.newChannelBuilder(address, trust).maxInboundMessageSize(8 << 20).build(),
          address.substring(0, address.lastIndexOf(':')));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The name that was dialled.
  String host() {
    return host;
  }

  Channel channel() {
    return channel;
  }

  /// The connection with headers on each call.
  Channel with(Metadata headers) {
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /// Headers with a token as clients send it.
  static Metadata bearer(String token) {
    var headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return headers;
  }

  /// The account service with headers.
  AccountServiceBlockingStub accounts(Metadata headers) {
    return stub(AccountServiceGrpc::newBlockingStub, headers);
  }

  /// The key service with headers.
  KeyServiceBlockingStub keys(Metadata headers) {
    return stub(KeyServiceGrpc::newBlockingStub, headers);
  }

  private <S extends AbstractBlockingStub<S>> S stub(Function<Channel, S> maker, Metadata headers) {
    return maker.apply(with(headers)).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  /// Calls a method with bytes that need not be any message.
  ///
  /// @return the answer's bytes
  /// @throws StatusRuntimeException if it is refused
  byte[] callRaw(MethodDescriptor<?, ?> method, Metadata headers, byte[] request) {
    return ClientCalls.blockingUnaryCall(
        with(headers),
        rawMethod(method),
        CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS),
        request);
  }

  /// The method with its messages left as bytes.
  static MethodDescriptor<byte[], byte[]> rawMethod(MethodDescriptor<?, ?> method) {
    return method.toBuilder(Bytewise.INSTANCE, Bytewise.INSTANCE).build();
  }

  /// Messages as the bytes they are.
  enum Bytewise implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
