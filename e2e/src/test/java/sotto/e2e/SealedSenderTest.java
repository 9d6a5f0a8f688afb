package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// What a whole server has of messages of which it does not know the sender.
@Timeout(value = 180, unit = TimeUnit.SECONDS)
final class SealedSenderTest {
  private static final Username ALICE = Username.of("sealed.alice");
  private static final Username BOB = Username.of("sealed.bob");

  @TempDir private Path folder;
  private ServerProcess server;
  private Sotto alice;
  private Sotto bob;

  /// What lies in a mailbox.
  private record Row(Optional<ByteString> senderTag, Envelope envelope) {}

  @BeforeEach
  void acquaint() {
    server =
        ServerProcess.start(Checkout.find(), folder.resolve("server"), Stage::manyFromOneAddress);
    alice = new Person(ALICE.value(), folder.resolve("alice")).register(server).open();
    bob = new Person(BOB.value(), folder.resolve("bob")).register(server).open();
    delivered(alice, BOB, "how do you do");
    delivered(bob, ALICE, "and you");
    Linked.await("sealed", this::goesSealed);
  }

  @AfterEach
  void close() {
    alice.close();
    bob.close();
    server.close();
  }

  private static void delivered(Sotto from, Username to, String text) {
    var sent = from.conversationWith(to).send(text);
    assertThat(sent.await(Status.DELIVERED, Linked.LIMIT)).as(text).isEqualTo(Status.DELIVERED);
  }

  private void sent(String text) {
    var sent = alice.conversationWith(BOB).send(text);
    assertThat(sent.await(Status.SENT, Linked.LIMIT).reached(Status.SENT)).as(text).isTrue();
  }

  private void bobLeaves() {
    bob.close();
  }

  private void bobIsBack() {
    bob = new Person(BOB.value(), folder.resolve("bob")).open();
    assertThat(bob.awaitMailboxEmpty(Linked.LIMIT)).isTrue();
  }

  private boolean goesSealed() {
    bobLeaves();
    sent("probe");
    boolean sealed = inbox().getLast().senderTag().isEmpty();
    bobIsBack();
    return sealed;
  }

  private List<Row> inbox() {
    var rows = new ArrayList<Row>();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + database());
        var statement = connection.createStatement();
        var found =
            statement.executeQuery("SELECT sender_tag, envelope FROM inbox ORDER BY position")) {
      while (found.next()) {
        rows.add(
            new Row(
                Optional.ofNullable(found.getBytes(1)).map(ByteString::copyFrom),
                Envelope.parseFrom(found.getBytes(2))));
      }
    } catch (SQLException | InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    return rows;
  }

  private Path database() {
    try (var all = Files.walk(folder.resolve("server"))) {
      return all.filter(p -> p.endsWith("store.db")).findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(ByteString bytes) {
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  @Test
  void mailboxAndLog_nameNoSender_andTheRecipientDoes() {
    bobLeaves();
    for (int i = 0; i < 10; i++) {
      sent("sealed " + i);
    }
    var account = alice.account().orElseThrow().id();
    var rows = inbox();
    assertThat(rows).hasSize(10);
    assertThat(rows)
        .allSatisfy(row -> {
          assertThat(row.senderTag()).isEmpty();
          assertThat(row.envelope().getSenderAccountId()).isEmpty();
          assertThat(row.envelope().getSenderDevice()).isZero();
          assertThat(row.envelope().getType()).isEqualTo(CiphertextType.CIPHERTEXT_TYPE_SEALED);
          assertThat(text(row.envelope().toByteString()))
              .doesNotContain(text(ByteString.copyFrom(account.bytes())));
        });
    assertThat(server.log()).doesNotContain(account.toString(), ALICE.value());
    bobIsBack();
    assertThat(Linked.texts(bob, ALICE.value()))
        .endsWith(IntStream.range(0, 10).mapToObj(i -> "sealed " + i).toArray(String[]::new));
  }

  @Test
  void serverThatIsKilledUnderSealedSends_storesEachOnce_inOrder() {
    var texts = IntStream.range(0, 300).mapToObj(i -> "m" + i).toList();
    var messages =
        texts.stream()
            .map(text -> {
              if (text.equals("m100") || text.equals("m200")) {
                server.kill();
                server.restart();
              }
              return alice.conversationWith(BOB).send(text);
            })
            .toList();
    assertThat(messages.getLast().await(Status.DELIVERED, Linked.LIMIT))
        .isEqualTo(Status.DELIVERED);
    assertThat(Linked.texts(bob, ALICE.value()).stream().filter(t -> t.matches("m\\d+")))
        .isEqualTo(texts);
  }

  @Test
  void blockedContact_isNotLetIn_andReachesNobody() {
    bob.conversationWith(ALICE).block();
    assertThat(bob.awaitProfile(Linked.LIMIT)).isTrue();
    bobLeaves();
    sent("after the block");
    // It came by the other way, on which the server knows who sends, and is dropped there.
    assertThat(inbox().getLast().senderTag()).isPresent();
    bobIsBack();
    assertThat(Linked.texts(bob, ALICE.value())).doesNotContain("after the block");
  }
}
