package sotto.standalone;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sotto public-ca`: the certificate authority that clients trust, apart from any server.
@Command(
    name = "public-ca",
    description = {
      "Makes the certificate authority that the clients of several relays trust, if it is not there: DIR/ca.pem, for clients, and DIR/ca-key.pem, for"
          + " nobody else. A server that serves alone makes its own.",
      "",
      "sotto public-ca --dir DIR issue NAME makes the certificate of one relay."
    },
    subcommands = PublicCa.Issue.class,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {"", AuthorityFolder.EXITS})
final class PublicCa implements Callable<Integer> {
  @Mixin AuthorityFolder folder = new AuthorityFolder();

  @Override
  public Integer call() {
    return folder.run(authority -> authority.file().toString());
  }

  /// `sotto public-ca issue`.
  @Command(
      name = "issue",
      description = {
        "Makes a certificate and key for a relay, good for 90 days: NAME.pem and NAME-key.pem, beside which a copy of ca.pem lies. A running relay reads"
            + " new files within a day."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      footer = {"", AuthorityFolder.EXITS})
  static final class Issue implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    PublicCa parent;

    @Parameters(
        paramLabel = "NAME",
        arity = "1..*",
        description = "What the files are called, such as relay-0. Several make several.")
    List<String> names = List.of();

    @Option(
        names = "--name",
        paramLabel = "HOST",
        description =
            "A DNS name or address under which clients dial it, beside localhost. May be repeated.")
    List<String> hosts = List.of();

    @Mixin IssuedFiles files = new IssuedFiles();

    @Override
    public Integer call() {
      return parent.folder.run(authority ->
          files.write(names, _ -> authority.issueServer(hosts), parent.folder.dir(), authority));
    }
  }
}
