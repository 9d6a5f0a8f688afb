package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.client.Connection.State;
import sotto.client.Invite;
import sotto.client.Sotto;
import sotto.client.SottoException.Code;
import sotto.client.Username;

/// The way of an account at a server where registration is by invite: from the invite to its end,
/// by the operator's commands and the real server.
final class AccountsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Checkout checkout = Checkout.find();
  private Path folder;
  private ServerProcess server;

  @BeforeEach
  void start() throws IOException {
    folder = Files.createTempDirectory("sotto-accounts");
    server =
        ServerProcess.start(
            checkout,
            folder.resolve("server"),
            builder -> {
              // As `serve --registration invite` does.
              builder.environment().put("SOTTO_STORE_REGISTRATION", "invite");
              return builder;
            });
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    Stage.remove(folder);
  }

  private Cli home(String name) {
    return new Cli(checkout, name, folder.resolve(name), "the passphrase of " + name);
  }

  private Captured register(Cli cli, String... more) {
    var all =
        new ArrayList<>(
            List.of("register", "--server", server.address(), "--ca", server.ca().toString()));
    all.addAll(List.of(more));
    return Captured.of(cli, all.toArray(String[]::new));
  }

  /// What an operator's command says, an object a line.
  private List<JsonObject> admin(int exit, String... words) {
    var all = new ArrayList<>(List.of("admin", "--data", server.data().toString(), "--json"));
    all.addAll(List.of(words));
    var done = Captured.run(checkout.sotto(all.toArray(String[]::new)), new byte[0]);
    assertThat(done.exit()).as("%s", done).isEqualTo(exit);
    return done.out().lines().map(l -> JsonParser.parseString(l).getAsJsonObject()).toList();
  }

  private String invite() {
    return admin(0, "invites", "create", "--life", "1h").getFirst().get("code").getAsString();
  }

  private static void await(BooleanSupplier there, Duration within) throws InterruptedException {
    long end = System.nanoTime() + within.toNanos();
    while (!there.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static boolean isLockedOut(Sotto sotto) {
    return sotto
        .connection()
        .problem()
        .filter(problem -> problem.code() == Code.ACCOUNT_DISABLED)
        .isPresent();
  }

  @Test
  void checkOfSuchAServer_wantsAnInviteForEachOfItsAccounts() {
    var operator = home("operator");
    var check = List.of("check", "--server", server.address(), "--ca", server.ca().toString());

    Captured.of(operator, check.toArray(String[]::new)).exits(6).says("by invite only");
    Captured.of(operator, with(check, "--invite", invite())).exits(2).says("two invites");
    Captured.of(operator, with(check, "--invite", invite(), "--invite", invite())).exits(0);
  }

  private static String[] with(List<String> words, String... more) {
    return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void accountFromItsInviteToItsEnd() throws Exception {
    var alice = home("alice");
    register(alice, "alice").exits(6).says("by invite only");
    String code = invite();
    register(alice, "--invite", code, "alice").exits(0);
    register(home("eve"), "--invite", code, "eve").exits(6).says("not valid");
    assertThat(admin(0, "invites", "list"))
        .singleElement()
        .satisfies(listed -> assertThat(listed.toString()).doesNotContain(code));

    var bob = new Person("bob", folder.resolve("bob"));
    try (var sotto = bob.open()) {
      sotto.register(Person.addressOf(server), Username.of("bob"), new Invite(invite()));
      sotto.awaitOnline(PATIENCE);

      admin(0, "accounts", "disable", "bob");
      // The command has ended; the stream is cut within a second of its act.
      await(() -> sotto.connection().state() != State.ONLINE, SECOND);
      await(() -> isLockedOut(sotto), PATIENCE);
      assertThat(admin(0, "accounts", "show", "bob").getFirst().get("state").getAsString())
          .isEqualTo("disabled");
      alice.ok("send", "bob", "are you there?");

      admin(0, "accounts", "enable", "bob");
      sotto.awaitOnline(Duration.ofMinutes(2));
      assertThat(Person.receive(sotto, 1, PATIENCE)).containsExactly("are you there?");

      admin(0, "accounts", "delete", "bob", "--yes");
      await(() -> sotto.connection().state() != State.ONLINE, SECOND);
    }
    Captured.of(alice, "send", "bob", "and now?").exits(6);
    register(home("mallory"), "--invite", invite(), "bob").exits(6).says("taken");
    assertThat(admin(0, "accounts", "show", "bob").getFirst().get("state").getAsString())
        .isEqualTo("ended");
    admin(1, "accounts", "show", "nobody");

    assertThat(server.log().lines().filter(line -> line.contains("sotto.audit")))
        .anyMatch(line -> line.contains("DisableAccount") && line.contains("account "))
        .anyMatch(line -> line.contains("DeleteAccount") && line.contains("\"OK\""))
        .noneMatch(line -> line.contains(code));
  }
}
