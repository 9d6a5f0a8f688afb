package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// What a client says first on each connection.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class ResumedTlsTest {
  // RFC 8446 §4.2.11: names the session that is to go on.
  private static final int PRE_SHARED_KEY = 41;

  @TempDir private Path folder;

  @Test
  void clientThatComesBack_resumesItsSession_andSealedSendsNever() throws Exception {
    List<byte[]> hellos = new CopyOnWriteArrayList<>();
    try (var server =
            ServerProcess.start(
                Checkout.find(), folder.resolve("server"), Stage::manyFromOneAddress);
        var way = new Forwarder(0, server.port());
        var alice = new Person("tls.alice", folder.resolve("alice")).open();
        var bob = new Person("tls.bob", folder.resolve("bob")).register(server).open()) {
      var address =
          ServerAddress.parse("127.0.0.1:" + way.port()).trusting(Files.readString(server.ca()));
      alice.register(address, Username.of("tls.alice"));
      delivered(alice, "tls.bob");
      delivered(bob, "tls.alice");
      way.greeted(hellos::add);
      // Two at a time: one that names her, and one that does not.
      Linked.await(
          "sealed",
          () -> {
            cut(way, alice);
            hellos.clear();
            cut(way, alice);
            return hellos.size() == 2;
          });
      assertThat(hellos.stream().filter(ResumedTlsTest::resumes)).hasSize(1);
    }
  }

  private static void delivered(Sotto from, String to) {
    var sent = from.conversationWith(Username.of(to)).send("hello");
    assertThat(sent.await(Status.DELIVERED, Linked.LIMIT)).isEqualTo(Status.DELIVERED);
  }

  /// Cuts all connections, and waits until a message goes again.
  private static void cut(Forwarder way, Sotto alice) {
    long before = way.cuts();
    way.cutAfter(0);
    alice.conversationWith(Username.of("tls.bob")).typing(true);
    var sent = alice.conversationWith(Username.of("tls.bob")).send("on its way");
    Linked.await("cut", () -> way.cuts() > before);
    way.cutAfter(Long.MAX_VALUE);
    assertThat(sent.await(Status.DELIVERED, Linked.LIMIT)).isEqualTo(Status.DELIVERED);
  }

  /// Whether a ClientHello (RFC 8446 §4.1.2) asks to go on with a session.
  private static boolean resumes(byte[] record) {
    var hello = ByteBuffer.wrap(record);
    hello.position(5 + 4 + 2 + 32); // record and handshake headers, version, random
    skip(hello, Byte.toUnsignedInt(hello.get())); // session id
    skip(hello, Short.toUnsignedInt(hello.getShort())); // cipher suites
    skip(hello, Byte.toUnsignedInt(hello.get())); // compression
    int end = Short.toUnsignedInt(hello.getShort());
    end += hello.position();
    while (hello.position() < end) {
      int type = Short.toUnsignedInt(hello.getShort());
      if (type == PRE_SHARED_KEY) {
        return true;
      }
      skip(hello, Short.toUnsignedInt(hello.getShort()));
    }
    return false;
  }

  private static void skip(ByteBuffer hello, int count) {
    hello.position(hello.position() + count);
  }
}
