package sotto.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.cli.print.MessageLines;
import sotto.cli.print.TerminalText;
import sotto.client.Contact;
import sotto.client.Group;
import sotto.client.GroupInfo;
import sotto.client.GroupMember;
import sotto.client.GroupNote;
import sotto.client.Profile;
import sotto.client.Sotto;
import sotto.client.SottoException;
import sotto.group.Role;

/// `group`: groups, and what can be done to them.
@Command(
    name = "group",
    description = {
      "List your groups; found, change and leave them.",
      "GROUP is '#' and the name or the id of a group; the '#' may be left out here. Every change is"
          + " signed by this device and checked by all members; the server cannot make one. What a"
          + " group is called is encrypted."
    },
    footer = {
      "",
      "Write to a group with: sotto send '#Climbers' TEXT, sotto chat '#Climbers'",
      "",
      "Examples:",
      "  sotto group create Climbers bob carol",
      "  sotto group show Climbers",
      "  sotto group promote Climbers bob"
    })
final class GroupCommand implements Callable<Integer> {
  private static final String GROUP = "Which group.";

  private final Session session;

  private GroupCommand(Session session) {
    this.session = session;
  }

  /// The command with those below it.
  static CommandLine of(Session session) {
    return new CommandLine(new GroupCommand(session));
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOffline()) {
      List<GroupInfo> all = home.sotto().groups();
      all.forEach(this::line);
      if (all.isEmpty() && !session.json()) {
        session.notice("empty", "No groups yet. Found one: sotto group create NAME USER…");
      }
      return Exit.OK.code();
    }
  }

  @Command(name = "create", description = "Found a group; you are its owner.")
  Integer create(
      @Parameters(index = "0", paramLabel = "NAME", description = "Up to 128 bytes of UTF-8.")
          String name,
      @Parameters(index = "1..*", arity = "0..*", paramLabel = "USER", description = "Members.")
          List<String> users) {
    return online(sotto -> {
      List<AccountId> members =
          users == null ? List.of() : users.stream().map(user -> person(sotto, user)).toList();
      show(sotto.createGroup(name, members).info());
    });
  }

  @Command(name = "show", description = "Show a group and who is in it, from what is stored here.")
  Integer show(@Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group) {
    return offline(sotto -> show(Peers.group(sotto, group).info()));
  }

  @Command(name = "members", description = "List the members of a group, one a line.")
  Integer members(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group) {
    return offline(sotto -> Peers.group(sotto, group).info().members().forEach(this::member));
  }

  @Command(name = "log", description = "Show who did what to a group, and when by their clock.")
  Integer log(@Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group) {
    return offline(sotto -> Peers.group(sotto, group).log().forEach(this::note));
  }

  @Command(
      name = "add",
      description = "Add members; they get what is written from then on, and nothing of before.")
  Integer add(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(index = "1..*", arity = "1..*", paramLabel = "USER", description = "Whom.")
          List<String> users) {
    return change(group, (g, info, sotto) -> g.add(accounts(sotto, info, users)));
  }

  @Command(
      name = "remove",
      description = "Remove members; they cannot read what is written from then on.")
  Integer remove(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(index = "1..*", arity = "1..*", paramLabel = "USER", description = "Whom.")
          List<String> users) {
    return change(group, (g, info, sotto) -> g.remove(accounts(sotto, info, users)));
  }

  @Command(
      name = "leave",
      description = "Leave a group. The last owner makes somebody else one first, or ends it.")
  Integer leave(@Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group) {
    return change(group, (g, info, sotto) -> g.leave());
  }

  @Command(name = "promote", description = "Make a member an admin, or an owner.")
  Integer promote(
      @Option(names = "--owner", description = "An owner, who may do all.") boolean owner,
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(index = "1", paramLabel = "USER", description = "Whom.") String user) {
    Role role = owner ? Role.OWNER : Role.ADMIN;
    return change(group, (g, info, sotto) -> g.setRole(Peers.account(sotto, info, user), role));
  }

  @Command(name = "demote", description = "Make an admin or owner a member, or an admin.")
  Integer demote(
      @Option(names = "--admin", description = "An admin, of an owner.") boolean admin,
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(index = "1", paramLabel = "USER", description = "Whom.") String user) {
    Role role = admin ? Role.ADMIN : Role.MEMBER;
    return change(group, (g, info, sotto) -> g.setRole(Peers.account(sotto, info, user), role));
  }

  @Command(name = "rename", description = "Give a group another name.")
  Integer rename(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(index = "1", paramLabel = "NAME", description = "Up to 128 bytes of UTF-8.")
          String name) {
    return change(group, (g, info, sotto) -> g.rename(name));
  }

  @Command(name = "describe", description = "Say what a group is for.")
  Integer describe(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(
              index = "1",
              paramLabel = "TEXT",
              description = "Up to 512 bytes of UTF-8; '' for none.")
          String text) {
    return change(group, (g, info, sotto) -> g.describe(text));
  }

  @Command(name = "picture", description = "Give a group a picture, or take it away.")
  Integer picture(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(
              index = "1",
              arity = "0..1",
              paramLabel = "FILE",
              description = "A JPEG, PNG or WebP of up to 1 MiB; none = no picture.")
          Path file) {
    Optional<Bytes> picture = Optional.ofNullable(file).map(GroupCommand::read);
    return change(group, (g, info, sotto) -> g.setPicture(picture));
  }

  @Command(
      name = "writers",
      description = "Say who may write: all members, or owners and admins only.")
  Integer writers(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(index = "1", paramLabel = "WHO", description = "all or admins.") String who) {
    boolean admins = admins(who);
    return change(group, (g, info, sotto) -> g.announcementOnly(admins));
  }

  @Command(
      name = "adders",
      description = "Say who may add members: all members, or owners and admins only.")
  Integer adders(
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(index = "1", paramLabel = "WHO", description = "all or admins.") String who) {
    boolean admins = admins(who);
    return change(group, (g, info, sotto) -> g.membersAdd(!admins));
  }

  private static boolean admins(String who) {
    return switch (who) {
      case "all" -> false;
      case "admins" -> true;
      default -> throw CommandFailed.usage("WHO is all or admins.");
    };
  }

  @Command(
      name = "link",
      description = {
        "Show the invite link of a group, or make one where there is none or it was made elsewhere.",
        "Whoever has the link can join, or ask to, and read what the group is called."
      })
  Integer link(
      @Option(names = "--approval", description = "Who comes by it has to be let in.")
          boolean approval,
      @Option(names = "--reset", description = "Make another; the one before is good no more.")
          boolean reset,
      @Option(names = "--drop", description = "Take it back.") boolean drop,
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group) {
    return online(sotto -> {
      Group g = Peers.group(sotto, group);
      if (drop) {
        g.dropLink();
        show(g.info());
        return;
      }
      String link =
          g.info().link().filter(_ -> !reset && !approval).orElseGet(() -> g.makeLink(approval));
      if (session.json()) {
        session
            .out()
            .json(new JsonLine("group_link").put("group", g.id().toString()).put("link", link));
      } else {
        session.out().line(link);
      }
    });
  }

  @Command(name = "join", description = "Join a group by its invite link, or ask to.")
  Integer join(
      @Parameters(index = "0", paramLabel = "LINK", description = "The link: sotto:group:…")
          String link) {
    return online(sotto -> {
      GroupInfo joined = sotto.joinGroup(link).info();
      show(joined);
      if (joined.role().isEmpty()) {
        session.notice("asked", "An owner or admin has to let you in.");
      }
    });
  }

  @Command(name = "approve", description = "Let in, or decline, who asks to join.")
  Integer approve(
      @Option(names = "--decline", description = "Do not let them in; they cannot ask again.")
          boolean decline,
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "USER",
              description = "Whom; none = list who asks.")
          List<String> users) {
    if (users == null || users.isEmpty()) {
      return offline(sotto -> Peers.group(sotto, group).info().requests().forEach(this::asks));
    }
    return change(
        group,
        (g, info, sotto) -> {
          List<AccountId> accounts = accounts(sotto, info, users);
          if (decline) {
            g.decline(accounts);
          } else {
            g.approve(accounts);
          }
        });
  }

  @Command(name = "end", description = "End a group for all members. Messages stay.")
  Integer end(
      @Option(names = "--yes", description = "You are sure: nothing begins it anew.") boolean sure,
      @Parameters(index = "0", paramLabel = "GROUP", description = GROUP) String group) {
    if (!sure) {
      throw CommandFailed.usage("Nothing was ended. If you are sure, say --yes.");
    }
    return change(group, (g, info, sotto) -> g.end());
  }

  private interface Change {
    void make(Group group, GroupInfo info, Sotto sotto);
  }

  private int change(String group, Change change) {
    return online(sotto -> {
      Group g = Peers.group(sotto, group);
      change.make(g, g.info(), sotto);
      show(g.info());
    });
  }

  private int online(Consumer<Sotto> action) {
    try (OpenHome home = session.openOnline()) {
      Optional<SottoException> problem = Session.firstAttempt(home.sotto(), DevicesCommand.CONNECT);
      if (problem.isPresent()) {
        throw problem.get();
      }
      action.accept(home.sotto());
      Session.flush(home.sotto(), Session.FLUSH);
      return Exit.OK.code();
    }
  }

  private int offline(Consumer<Sotto> action) {
    try (OpenHome home = session.openOffline()) {
      action.accept(home.sotto());
      return Exit.OK.code();
    }
  }

  private static AccountId person(Sotto sotto, String user) {
    return Peers.conversation(sotto, user)
        .peer()
        .account()
        .orElseThrow(() ->
            SottoException.invalid("user", "The account of '" + user + "' is not known yet."));
  }

  private static List<AccountId> accounts(Sotto sotto, GroupInfo info, List<String> users) {
    return users.stream().map(user -> Peers.account(sotto, info, user)).toList();
  }

  private static Bytes read(Path file) {
    try {
      if (Files.size(file) > Profile.MAX_PICTURE) {
        throw SottoException.invalid("picture", "A picture of a group has at most 1 MiB.");
      }
      return Bytes.of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw SottoException.of(
          SottoException.Code.FILE, "The picture " + file + " cannot be read.", e);
    }
  }

  private void line(GroupInfo group) {
    if (session.json()) {
      session.out().json(json(group));
      return;
    }
    String standing =
        group.ended() ? "ended" : group.role().map(MessageJson::word).orElse("not a member");
    session
        .out()
        .line(
            "%s  %s, %d members%s"
                .formatted(
                    TerminalText.name(group.name()),
                    standing,
                    group.members().size(),
                    warnings(group)));
  }

  private static String warnings(GroupInfo group) {
    return group.imitates().map(what -> " (looks like " + TerminalText.name(what) + ")").orElse("")
        + (group.contradicted() ? " (HISTORY CONTRADICTED: sotto accept)" : "");
  }

  private static JsonLine json(GroupInfo group) {
    return new JsonLine("group")
        .put("group", group.id().toString())
        .put("name", group.name())
        .put("title", group.title())
        .put("description", group.description())
        .put("role", group.role().map(MessageJson::word))
        .put("revision", group.revision())
        .put("writers", group.announcementOnly() ? "admins" : "all")
        .put("adders", group.membersAdd() ? "all" : "admins")
        .put("linked", group.linked())
        .put("approval", group.linkNeedsApproval())
        .put("ended", group.ended())
        .put("contradicted", group.contradicted())
        .put("imitates", group.imitates())
        .put("picture_bytes", group.picture().map(Bytes::length).orElse(0))
        .list("members", group.members(), GroupCommand::memberFields)
        .list("requests", group.requests(), (line, who) -> line.put("user", who.name()));
  }

  private static void memberFields(JsonLine line, GroupMember member) {
    line.put("user", member.contact().name())
        .put("account", member.contact().account().map(Object::toString))
        .put("self", member.self())
        .put("role", MessageJson.word(member.role()));
  }

  private void show(GroupInfo group) {
    if (session.json()) {
      session.out().json(json(group));
      return;
    }
    line(group);
    session.out().line("id       " + group.id());
    if (!group.description().isEmpty()) {
      session
          .out()
          .line("about    " + TerminalText.body(group.description()).replace("\n", "\n         "));
    }
    group
        .picture()
        .ifPresent(
            picture -> session.out().line("picture  " + MessageLines.size(picture.length())));
    if (group.announcementOnly()) {
      session.out().line("writers  owners and admins");
    }
    if (group.linked()) {
      session
          .out()
          .line("link     there is one" + (group.linkNeedsApproval() ? ", with approval" : ""));
    }
    group.members().forEach(this::member);
    group.requests().forEach(this::asks);
  }

  private void member(GroupMember member) {
    if (session.json()) {
      JsonLine line = new JsonLine("member");
      memberFields(line, member);
      session.out().json(line);
      return;
    }
    session
        .out()
        .line(
            "%-7s  %s%s"
                .formatted(
                    MessageJson.word(member.role()),
                    MessageLines.name(member.contact()),
                    member.self() ? " (you)" : ""));
  }

  private void asks(Contact who) {
    if (session.json()) {
      session.out().json(MessageJson.contact(new JsonLine("request"), who));
    } else {
      session.out().line("asks     " + MessageLines.name(who));
    }
  }

  private void note(GroupNote note) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("group_log")
                  .put("revision", note.revision())
                  .put("at", MessageJson.time(note.at()))
                  .put("message", note.sentence()));
    } else {
      session
          .out()
          .line(session.lines().moment(note.at()) + " " + TerminalText.name(note.sentence()));
    }
  }
}
