package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.content.v1.Attachment;
import sotto.content.v1.Message;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// Texts and file names of a hostile sender: they never reach the terminal raw, and no file leaves
/// the folder it is saved to.
@ExtendWith(Stage.Given.class)
final class TerminalTest {
  private static final byte[] CONTENT =
      "the same content in every file\n".getBytes(StandardCharsets.UTF_8);

  private final Stage stage;

  TerminalTest(Stage stage) {
    this.stage = stage;
  }

  private static List<String> hostileNames() {
    return List.of(
        "../../escaped",
        "/tmp/escaped-absolute",
        "..",
        ".",
        "...",
        "",
        "a/../../b",
        "..\\..\\windows",
        "C:\\escaped",
        "\\\\server\\share",
        "nul",
        "CON.txt",
        "com1",
        "aux.tar.gz",
        "trailing. ",
        ".bashrc",
        "-rf",
        "new\nline",
        "carriage\rreturn",
        "\u001b[2J\u001b[31mred",
        "\u009b31mC1",
        "bell\u0007\u0000nul",
        "\u202egnp.exe",
        "\u2066isolate\u2069",
        "zero\u200bwidth\ufeff",
        "x".repeat(255),
        "ü".repeat(127),
        "🌻".repeat(63),
        "there already",
        "link",
        "there already",
        "stream:alternate");
  }

  private static String hostileText() {
    return "before \u001b[2J\u001b]0;owned\u0007\u001b]8;;http://evil\u001b\\link \u009b31m\u0085"
        + "\rforged line\u0008\u0008\u007f\u0000 \u202eover\u202c \u2066iso\u2069\n"
        + "2026-01-01 00:00 friend: a forged message\u2028x\u2029y\ufffe after";
  }

  @Test
  void hostileTextsAndNames_neverReachTheTerminalRaw_norLeaveTheFolder() throws Exception {
    var bob = stage.registered("bob");
    var account =
        new AccountId(
            HexFormat.of().parseHex(bob.ok("whoami").only("whoami").get("account").getAsString()));
    try (var wire = stage.wire();
        var mallory = RawDevice.registered(wire, stage.freshName("mallory"));
        var stream = mallory.connect(1)) {
      var chain = mallory.meet(account);
      var names = hostileNames();
      send(mallory, stream, chain, names);

      var parent = Files.createDirectories(stage.folder("saving"));
      var folder = inhabited(parent);
      var received =
          Captured.of(
              bob, "receive", "--timeout", "20s", "--max", "3", "--save-files", folder.toString());
      safe(received);
      assertThat(received.out()).contains("before").contains("after");
      savedInside(folder, parent, names.size());

      safe(Captured.of(bob, "messages", mallory.username));
      safe(Captured.of(bob, "conversations"));
      safe(Captured.of(bob, "verify", mallory.username));
      safe(
          Captured.run(
              bob.builder(false, "chat", mallory.username),
              "/quit\n".getBytes(StandardCharsets.UTF_8)));
      safe(Captured.of(bob, "messages", "--bad\u001b[31m-option\u0007")).exits(2);
      safe(Captured.of(bob, "messages", "\u001b[31mname\u202e")).exits(2);
      // For programs: exact, but escaped.
      var json = bob.ok("messages", mallory.username).all("message");
      assertThat(json.getFirst().get("text").getAsString()).isEqualTo(hostileText());
      safe(Captured.run(bob.builder(true, "messages", mallory.username), new byte[0]));
    }
  }

  @Test
  void slashSaveInChat_keepsHostileNamesInTheFolder_andOffTheTerminal() throws Exception {
    var bob = stage.registered("bob");
    var account =
        new AccountId(
            HexFormat.of().parseHex(bob.ok("whoami").only("whoami").get("account").getAsString()));
    try (var wire = stage.wire();
        var mallory = RawDevice.registered(wire, stage.freshName("mallory"));
        var stream = mallory.connect(1)) {
      var names = hostileNames();
      send(mallory, stream, mallory.meet(account), names);
      bob.ok("receive", "--timeout", "20s", "--max", "3");

      var parent = Files.createDirectories(stage.folder("saving in chat"));
      var folder = inhabited(parent);
      var typed = new StringBuilder();
      for (var number = 1; number <= names.size(); number++) {
        typed.append("/save ").append(number).append(' ').append(folder).append('\n');
      }
      typed.append("/save 99\n/quit\n");
      var chat =
          Captured.run(
              bob.builder(false, "chat", mallory.username),
              typed.toString().getBytes(StandardCharsets.UTF_8));
      safe(chat).exits(0);
      assertThat(chat.out()).contains("There is no file 99 here.");
      assertThat(chat.out().lines().filter(line -> line.contains(" saved as ")))
          .hasSize(names.size());
      savedInside(folder, parent, names.size());
    }
  }

  /// A folder in which names are taken, also by a link that leads out of it.
  private static Path inhabited(Path parent) throws IOException {
    var folder = Files.createDirectories(parent.resolve("saved"));
    Files.writeString(folder.resolve("there already"), "mine");
    Files.writeString(parent.resolve("outside"), "outside");
    Files.createSymbolicLink(folder.resolve("link"), parent.resolve("outside"));
    return folder;
  }

  private void send(RawDevice mallory, RawStream stream, AccountChain to, List<String> names)
      throws Exception {
    sent(mallory, stream, to, Message.newBuilder().setText(hostileText()).build());
    var blob = upload(mallory);
    for (var from = 0; from < names.size(); from += 16) {
      var message = Message.newBuilder();
      for (var name : names.subList(from, Math.min(names.size(), from + 16))) {
        message.addAttachments(
            blob.toBuilder().setName(name).setMediaType("\u001b[31m/\u202etext\n"));
      }
      sent(mallory, stream, to, message.build());
    }
  }

  private static void sent(RawDevice from, RawStream stream, AccountChain to, Message message) {
    var content = from.content(to).setMessage(message).build();
    RawDevice.accepted(stream.send(from.to(to, from.encrypt(to, content)).build()));
  }

  /// Uploads one encrypted blob.
  private static Attachment upload(RawDevice from) throws Exception {
    var cipher = new ByteArrayOutputStream();
    AttachmentKey key =
        Attachments.encrypt(new ByteArrayInputStream(CONTENT), CONTENT.length, cipher);
    var answer = new CompletableFuture<UploadResponse>();
    var up =
        BlobServiceGrpc.newStub(from.wire.with(Wire.bearer(from.token())))
            .upload(
                new StreamObserver<>() {
                  @Override
                  public void onNext(UploadResponse value) {
                    answer.complete(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    answer.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    up.onNext(
        UploadRequest.newBuilder()
            .setStart(
                UploadStart.newBuilder()
                    .setBlob(
                        BlobDeclaration.newBuilder()
                            .setSize(cipher.size())
                            .setSha256(ByteString.copyFrom(key.ciphertextSha256().toArray()))
                            .setStorageClass(StorageClass.STORAGE_CLASS_TRANSIT)
                            .setUploadId(RawDevice.randomBytes(16))))
            .build());
    up.onNext(
        UploadRequest.newBuilder().setChunk(ByteString.copyFrom(cipher.toByteArray())).build());
    up.onCompleted();
    var uploaded = answer.get(Wire.SECONDS, TimeUnit.SECONDS).getUploaded();
    return Attachment.newBuilder()
        .setBlobId(uploaded.getBlobId())
        .setKey(ByteString.copyFrom(key.key()))
        .setSize(key.plainSize())
        .setCiphertextSize(key.ciphertextSize())
        .setCiphertextSha256(ByteString.copyFrom(key.ciphertextSha256().toArray()))
        .setSha256(ByteString.copyFrom(key.plainSha256().toArray()))
        .build();
  }

  private static void savedInside(Path folder, Path parent, int count) throws IOException {
    assertThat(folder.resolve("there already")).hasContent("mine");
    assertThat(parent.resolve("outside")).hasContent("outside");
    assertThat(Files.isSymbolicLink(folder.resolve("link"))).isTrue();
    List<Path> below;
    try (var all = Files.walk(parent)) {
      below = all.filter(p -> !p.equals(parent) && !p.equals(folder)).toList();
    }
    var saved = new ArrayList<>(below);
    saved.remove(parent.resolve("outside"));
    saved.remove(folder.resolve("link"));
    saved.remove(folder.resolve("there already"));
    assertThat(saved).hasSize(count);
    for (var file : saved) {
      var name = file.getFileName().toString();
      assertThat(file.getParent()).as(name).isEqualTo(folder);
      assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).as(name).isTrue();
      assertThat(Files.readAllBytes(file)).isEqualTo(CONTENT);
      assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(255);
      assertThat(name).doesNotStartWith(".").doesNotEndWith(".").doesNotEndWith(" ");
      assertSafe("a file's name", name);
      assertThat(name.chars().noneMatch(c -> "/\\:*?\"<>|\n".indexOf(c) >= 0)).as(name).isTrue();
    }
    assertThat(Files.exists(Path.of("/tmp/escaped-absolute"))).isFalse();
  }

  private static Captured safe(Captured result) {
    assertSafe(result.command() + " on stdout", result.out());
    assertSafe(result.command() + " on stderr", result.err());
    Stage.noTrace(result.command(), result.out() + result.err());
    return result;
  }

  /// Nothing that controls a terminal or turns text around; line breaks may be.
  static void assertSafe(String where, String text) {
    text.codePoints()
        .forEach(c ->
            assertThat(
                    c == '\n'
                        || !(c < 0x20
                            || (c >= 0x7f && c < 0xa0)
                            || (c >= 0x202a && c <= 0x202e)
                            || (c >= 0x2066 && c <= 0x2069)
                            || c == 0x2028
                            || c == 0x2029
                            || (c >= 0xd800 && c < 0xe000)))
                .as("U+%04X in %s: %s", c, where, text)
                .isTrue());
  }
}
