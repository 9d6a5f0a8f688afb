package sotto.standalone.admin;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import sotto.admin.v1.CreateInvitesRequest;
import sotto.admin.v1.CreateInvitesResponse;
import sotto.admin.v1.Invite;
import sotto.admin.v1.ListInvitesRequest;
import sotto.admin.v1.ListInvitesResponse;
import sotto.admin.v1.RevokeInviteRequest;
import sotto.admin.v1.RevokeInviteResponse;
import sotto.mesh.ConfigException;
import sotto.mesh.Durations;
import sotto.standalone.Version;

/// `sotto admin invites`.
@Command(
    name = "invites",
    description = {
      "Invites: where registration is by invite (store.registration), each makes one account.",
      "",
      "The server keeps a hash of a code and never shows the code again."
    },
    subcommands = {
      InvitesCommand.Create.class,
      InvitesCommand.Listed.class,
      InvitesCommand.Revoke.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", Admin.EXITS})
final class InvitesCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "COMMAND is missing");
  }

  /// `sotto admin invites create`.
  @Command(
      name = "create",
      description = "Makes invites and prints their codes, this once.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false,
      footer = {"", Admin.EXITS})
  static final class Create implements Callable<Integer> {
    private static final int MOST = 1_000;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    InvitesCommand invites;

    @Option(names = "--count", paramLabel = "N", description = "How many, 1 to 1000. Default: 1.")
    int count = 1;

    @Option(
        names = "--life",
        paramLabel = "TIME",
        description = "How long they are good, 1m to 366d. Default: 7d.")
    String life = "7d";

    @Override
    public Integer call() {
      return invites.admin.run(this::report);
    }

    private Report report(Fleet fleet) {
      var report = new Report("code", "expires_at");
      var request =
          CreateInvitesRequest.newBuilder().setCount(count()).setLifeMs(life().toMillis()).build();
      switch (Accounts.ask(fleet, store -> store.createInvites(request))) {
        case Answer.Failed<CreateInvitesResponse> failed -> report.failed(failed);
        case Answer.Got<CreateInvitesResponse>(_, var made) ->
            made.getCodesList()
                .forEach(code -> report.row(code, Instant.ofEpochMilli(made.getExpiresAtMs())));
      }
      return report;
    }

    private int count() {
      if (count < 1 || count > MOST) {
        throw new ConfigException("--count is 1 to " + MOST);
      }
      return count;
    }

    private Duration life() {
      try {
        var parsed = Durations.parse(life);
        if (parsed.compareTo(Duration.ofMinutes(1)) >= 0
            && parsed.compareTo(Duration.ofDays(366)) <= 0) {
          return parsed;
        }
      } catch (IllegalArgumentException e) {
        throw new ConfigException("--life is " + e.getMessage());
      }
      throw new ConfigException("--life is 1m to 366d");
    }
  }

  /// `sotto admin invites list`.
  @Command(
      name = "list",
      description =
          "Invites that there are: the hash of the code, until when they are good, and the account that has spent them. They are forgotten a day later.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false,
      footer = {"", Admin.EXITS})
  static final class Listed implements Callable<Integer> {
    private static final int PAGE = 1_000;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    InvitesCommand invites;

    @Override
    public Integer call() {
      return invites.admin.run(Listed::report);
    }

    private static Report report(Fleet fleet) {
      var report = new Report("hash", "created_at", "expires_at", "spent_by");
      var after = ByteString.EMPTY;
      while (true) {
        var request = ListInvitesRequest.newBuilder().setAfter(after).setMost(PAGE).build();
        switch (Accounts.ask(fleet, store -> store.listInvites(request))) {
          case Answer.Failed<ListInvitesResponse> failed -> {
            report.failed(failed);
            return report;
          }
          case Answer.Got<ListInvitesResponse>(_, var page) -> {
            page.getInvitesList().forEach(invite -> row(report, invite));
            if (page.getInvitesCount() < PAGE) {
              return report;
            }
            after = page.getInvitesList().getLast().getHash();
          }
        }
      }
    }

    private static void row(Report report, Invite invite) {
      report.row(
          Accounts.hex(invite.getHash()),
          Instant.ofEpochMilli(invite.getCreatedAtMs()),
          Instant.ofEpochMilli(invite.getExpiresAtMs()),
          invite.getSpentBy().isEmpty() ? Cell.none() : Accounts.hex(invite.getSpentBy()));
    }
  }

  /// `sotto admin invites revoke`.
  @Command(
      name = "revoke",
      description = "Revokes an invite that nobody has spent.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      sortOptions = false,
      footer = {"", Admin.EXITS})
  static final class Revoke implements Callable<Integer> {
    private static final Pattern HASH = Pattern.compile("([0-9a-f]{2}){4,16}");

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    InvitesCommand invites;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Parameters(
        paramLabel = "INVITE",
        description =
            "Its code, or its hash as list shows it, or the hash's first 8 or more digits.")
    String which;

    @Override
    public Integer call() {
      return invites.admin.run(this::report);
    }

    private Report report(Fleet fleet) {
      var report = new Report("invite", "outcome");
      var request = request();
      switch (Accounts.ask(fleet, store -> store.revokeInvite(request))) {
        case Answer.Failed<RevokeInviteResponse> failed -> report.failed(failed);
        case Answer.Got<RevokeInviteResponse>(_, var revoked) -> {
          if (!revoked.hasRevoked()) {
            report.unwell();
          }
          report.row(which, outcome(revoked));
        }
      }
      return report;
    }

    private RevokeInviteRequest request() {
      if (which.isBlank() || which.length() > 64) {
        throw new ConfigException("INVITE is a code, or 8 to 32 digits of a hash");
      }
      return HASH.matcher(which).matches()
          ? RevokeInviteRequest.newBuilder()
              .setHashPrefix(ByteString.copyFrom(HexFormat.of().parseHex(which)))
              .build()
          : RevokeInviteRequest.newBuilder().setCode(which).build();
    }

    private static String outcome(RevokeInviteResponse revoked) {
      return switch (revoked.getOutcomeCase()) {
        case REVOKED -> "revoked";
        case UNKNOWN -> "there is none";
        case AMBIGUOUS -> "several begin like this: give more digits";
        case SPENT -> "an account has spent it";
        case OUTCOME_NOT_SET -> "not known";
      };
    }
  }
}
