package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.SearchQuery;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// A search that finds nothing proves something only if it finds what is there.
final class EvidenceTest {
  private static final String TEXT = "Grüße an alle 👋 from the garden";

  @TempDir private Path folder;

  @Test
  void textInUtf8OrUtf16_isFoundInTheMidstOfOtherBytes() throws IOException {
    for (var charset :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      hide(TEXT.getBytes(charset));

      assertThat(search().found()).as(charset.name()).isNotEmpty();
    }
  }

  @Test
  void textInBase64_isFoundWhateverStandsBeforeAndBehindIt() throws IOException {
    var utf8 = TEXT.getBytes(StandardCharsets.UTF_8);
    for (int before = 0; before < 6; before++) {
      for (int behind = 0; behind < 6; behind++) {
        var all = new byte[before + utf8.length + behind];
        Arrays.fill(all, (byte) 0x5a);
        System.arraycopy(utf8, 0, all, before, utf8.length);
        hide(Base64.getEncoder().encode(all));

        assertThat(search().found()).as("%d before, %d behind", before, behind).isNotEmpty();
      }
    }
  }

  @Test
  void pieceOfAFile_isFound() throws IOException {
    var content = noise(2, 100_000);
    hide(Arrays.copyOfRange(content, 40_000, 60_000));

    assertThat(Evidence.search(folder, List.of(), List.of(content)).found()).isNotEmpty();
  }

  @Test
  void noise_isNothing_andAllOfItIsLookedThrough() throws IOException {
    hide(noise(3, 1_000));

    var search = search();

    assertThat(search.found()).isEmpty();
    assertThat(search.files()).isEqualTo(1);
    assertThat(search.bytes()).isEqualTo(11_000);
  }

  /// A1 writes, sends a file, searches, links A2, keeps a backup; B1 reads and answers; A3 is
  /// restored; what is written to A2, who is away, moves to the blob store.
  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  void allThatSeveralDevicesDo_leavesNothingReadableInFilesLogAndTraces() throws IOException {
    try (var collector = Collector.start()) {
      var canaries = new ArrayList<String>();
      var content = noise(4, 300_000);
      var data = folder.resolve("server");
      var observed = Files.createDirectories(folder.resolve("observed"));
      try (var server =
          ServerProcess.start(Checkout.find(), data, process -> watched(process, collector))) {
        live(server, content, canaries);
        Linked.await("segments", () -> movedToTheBlobStore(data));
        server.terminate();
        Files.writeString(observed.resolve("log"), server.log());
      }
      for (var request : collector.requests()) {
        Files.write(observed.resolve("trace-" + request.hashCode()), request.toByteArray());
      }
      assertThat(canaries).hasSizeGreaterThan(12);
      for (var place : List.of(data, observed)) {
        assertThat(Evidence.search(place, canaries, List.of(content)).found()).isEmpty();
      }
      // What the server does know is found, so the search sees what is there.
      assertThat(Evidence.search(data, List.of("canary.alice"), List.of()).found()).isNotEmpty();
      assertThat(Evidence.search(observed, List.of("AccountService/PutSlot"), List.of()).found())
          .isNotEmpty();
      assertThat(Evidence.search(observed, List.of("canary.alice"), List.of()).found()).isEmpty();
    }
  }

  private static ProcessBuilder watched(ProcessBuilder process, Collector collector) {
    process
        .environment()
        .putAll(
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint(),
                "OTEL_METRICS_EXPORTER", "none",
                "OTEL_BSP_SCHEDULE_DELAY", "100",
                "SOTTO_RELAY_TRACE_MESSAGES", "true",
                "SOTTO_TELEMETRY_SAMPLE_RATIO", "1",
                "SOTTO_STORE_COLD_AFTER", "1ms"));
    return Stage.manyFromOneAddress(process);
  }

  /// Has the server tidy up, and looks whether it has moved a mailbox.
  private static boolean movedToTheBlobStore(Path data) {
    var command = Checkout.find().sotto("admin", "--data", data.toString(), "retention", "run");
    try (var tidying = new Running("sotto admin retention run", command);
        var all = Files.walk(data)) {
      assertThat(tidying.awaitEnd(Linked.LIMIT)).as(tidying.err()).isZero();
      return all.anyMatch(p -> Files.isRegularFile(p) && p.toString().contains("/cold/"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Does all that people do, and says what nobody else may ever see.
  private void live(ServerProcess server, byte[] content, List<String> canaries)
      throws IOException {
    var address = Person.addressOf(server);
    var words = "the passphrase of nobody but Alice";
    var file = Files.write(folder.resolve("canary-photographs.bin"), content);
    canaries.addAll(
        List.of(
            words,
            "canary-photographs",
            "canary caption",
            "canary from A1",
            "canary from B1",
            "canary from A2",
            "canary for nobody at home",
            "canary laptop of Alice",
            "canary searchword"));
    var bobs = new Person("canary.bob", folder.resolve("b1")).register(server);
    try (var a1 = Sotto.open(folder.resolve("a1"), Passphrase.of(words));
        var b1 = bobs.open()) {
      var alice = Username.of("canary.alice");
      var bob = Username.of("canary.bob");
      a1.register(address, alice);
      say(a1, bob, "canary from A1");
      var sent = a1.conversationWith(bob).sendFile(file, "canary caption");
      assertThat(sent.await(Status.DELIVERED, Linked.LIMIT)).isEqualTo(Status.DELIVERED);
      b1.conversationWith(alice).accept();
      say(b1, alice, "canary from B1");
      b1.conversationWith(alice).markRead();
      Linked.await("A1 has it", () -> Linked.texts(a1, "canary.bob").size() == 3);
      a1.conversationWith(bob).markRead();
      a1.search(SearchQuery.of("canary searchword"));
      var code = a1.recoveryCode().orElseThrow();
      canaries.add(code);
      canaries.add(code.replace("-", ""));
      canaries.add(code.substring(0, 14));
      try (var a2 =
          Linked.link(
              server,
              a1,
              folder.resolve("a2"),
              "canary laptop of Alice",
              link -> canaries.addAll(List.of(link, link.substring(link.length() / 2))))) {
        Linked.await("A2 has history", () -> Linked.texts(a2, "canary.bob").size() == 3);
        say(a2, bob, "canary from A2");
      }
      a1.backup().keep(_ -> {});
      try (var a3 = Linked.open(folder.resolve("a3"), Options.defaults())) {
        a3.restore(address, alice, code, _ -> {});
        assertThat(Linked.texts(a3, "canary.bob")).contains("canary caption");
      }
      // A2 and A3 are away: this waits for them, and gets cold.
      say(b1, alice, "canary for nobody at home");
    }
  }

  private static void say(Sotto from, Username to, String text) {
    var sent = from.conversationWith(to).send(text);
    assertThat(sent.await(Status.SENT, Linked.LIMIT).reached(Status.SENT)).as(text).isTrue();
  }

  private Evidence.Search search() throws IOException {
    return Evidence.search(folder, List.of(TEXT), List.of());
  }

  private void hide(byte[] bytes) throws IOException {
    var all = new ByteArrayOutputStream();
    all.writeBytes(noise(1, 5_000));
    all.writeBytes(bytes);
    all.writeBytes(noise(1, 5_000));
    var below = Files.createDirectories(folder.resolve("a/b"));
    Files.write(below.resolve("data.bin"), all.toByteArray());
  }

  private static byte[] noise(int seed, int length) {
    var bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
