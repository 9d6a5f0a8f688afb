package sotto.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.chain.Bytes;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageLines;
import sotto.cli.print.TerminalText;
import sotto.client.Conversation;
import sotto.client.Profile;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// `profile`: what people call themselves.
@Command(
    name = "profile",
    description = {
      "Show or set what you call yourself: a name, a text, a picture. With USER, what they call"
          + " themselves.",
      "Only contacts that you have accepted can read it, and the server cannot. They learn it with"
          + " the next thing that goes to them. A username stays what somebody is known by: anybody"
          + " can take any name."
    },
    footer = {
      "",
      "Examples:",
      "  sotto profile --name 'Alice Example' --picture me.jpg",
      "  sotto profile --about ''",
      "  sotto profile bob --save-picture bob.jpg"
    })
final class ProfileCommand implements Callable<Integer> {
  private static final Duration PUBLISH = Duration.ofSeconds(20);

  @Option(names = "--name", paramLabel = "NAME", description = "Your name; empty = none.")
  private Optional<String> name = Optional.empty();

  @Option(names = "--about", paramLabel = "TEXT", description = "A text about you; empty = none.")
  private Optional<String> about = Optional.empty();

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Your picture: JPEG, PNG or WebP, at most 1 MiB.")
  private Optional<Path> picture = Optional.empty();

  @Option(names = "--no-picture", description = "Take your picture away.")
  private boolean noPicture;

  @Option(
      names = "--save-picture",
      paramLabel = "FILE",
      description = "Save the picture as a new file.")
  private Optional<Path> save = Optional.empty();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "USER",
      description = "Whose; without it, yours.")
  private Optional<String> user = Optional.empty();

  private final Session session;

  ProfileCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean pictured = picture.isPresent() || noPicture;
    boolean sets = name.isPresent() || about.isPresent() || pictured;
    if (picture.isPresent() && noPicture) {
      throw CommandFailed.usage("--picture and --no-picture exclude each other.");
    }
    if (sets && user.isPresent()) {
      throw CommandFailed.usage("Only your own profile can be set: leave USER out.");
    }
    return user.map(this::theirs).orElseGet(() -> sets ? set() : own());
  }

  private int own() {
    try (OpenHome home = session.openOffline()) {
      show(home.account().username().value(), Optional.of(home.sotto().profile()));
      return Exit.OK.code();
    }
  }

  private int set() {
    Optional<Bytes> file = picture.map(ProfileCommand::read);
    try (OpenHome home = session.openOnline()) {
      Sotto sotto = home.sotto();
      Profile profile = sotto.profile();
      profile = name.map(profile::withName).orElse(profile);
      profile = about.map(profile::withAbout).orElse(profile);
      sotto.setProfile(picture.isPresent() || noPicture ? profile.withPicture(file) : profile);
      if (!isPublished(sotto)) {
        session.notice(
            "queued",
            "The server does not have it yet; it goes with the next command that connects.");
      }
      show(home.account().username().value(), Optional.of(sotto.profile()));
      Session.flush(sotto, Session.FLUSH);
      return Exit.OK.code();
    }
  }

  private static boolean isPublished(Sotto sotto) {
    try {
      return Session.firstAttempt(sotto, Session.FIRST_ATTEMPT).isEmpty()
          && sotto.awaitProfile(PUBLISH);
    } catch (SottoException e) {
      return false;
    }
  }

  private int theirs(String who) {
    try (OpenHome home = session.openOffline()) {
      String plain = who.startsWith("@") ? who.substring(1) : who;
      Conversation conversation = Peers.conversation(home.sotto(), plain);
      show(MessageLines.name(conversation.peer()), conversation.profile());
      return Exit.OK.code();
    }
  }

  private void show(String who, Optional<Profile> known) {
    Profile profile = known.orElse(Profile.EMPTY);
    Optional<Path> saved = profile.picture().flatMap(p -> save.map(to -> write(to, p)));
    if (save.isPresent() && saved.isEmpty()) {
      session.notice("no_picture", "There is no picture to save.");
    }
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("profile")
                  .put("user", who)
                  .put("known", known.isPresent())
                  .put("name", profile.name())
                  .put("about", profile.about())
                  .put("picture_bytes", profile.picture().map(Bytes::length).orElse(0))
                  .put("path", saved.map(Path::toString)));
      return;
    }
    if (known.isEmpty()) {
      session.notice("unknown", "Nothing is known of what " + who + " is called.");
      return;
    }
    session.out().line(who);
    line("name", TerminalText.name(profile.name()));
    line("about", TerminalText.body(profile.about()).replace("\n", "\n         "));
    line("picture", profile.picture().map(p -> MessageLines.size(p.length())).orElse(""));
    line("saved", saved.map(path -> TerminalText.name(path.toString())).orElse(""));
  }

  private void line(String what, String value) {
    if (!value.isEmpty()) {
      session.out().line("%-8s ".formatted(what) + value);
    }
  }

  private static Bytes read(Path file) {
    try {
      if (Files.size(file) > Profile.MAX_PICTURE) {
        throw SottoException.invalid("picture", "A picture of a profile has at most 1 MiB.");
      }
      return Bytes.of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw SottoException.of(
          SottoException.Code.FILE, "The picture " + file + " cannot be read.", e);
    }
  }

  private static Path write(Path file, Bytes picture) {
    try {
      return Files.write(file, picture.toArray(), StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw SottoException.of(SottoException.Code.FILE, "There is a file " + file + " already.", e);
    } catch (IOException e) {
      throw SottoException.of(
          SottoException.Code.FILE, "The file " + file + " cannot be written.", e);
    }
  }
}
