package sotto.standalone;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import sotto.mesh.MeshName;
import sotto.mesh.Role;

/// `sotto mesh-ca`: the certificate authority of a mesh.
@Command(
    name = "mesh-ca",
    description = {
      "Makes the certificate authority of a mesh, if it is not there: DIR/ca.pem, which every process of the mesh has, and DIR/ca-key.pem, which none"
          + " has: keep it apart. It is not the authority that clients trust.",
      "",
      "sotto mesh-ca --dir DIR issue ROLE NAME makes the certificate of a process."
    },
    subcommands = MeshCa.Issue.class,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {"", AuthorityFolder.EXITS})
final class MeshCa implements Callable<Integer> {
  @Mixin AuthorityFolder folder = new AuthorityFolder();

  @Override
  public Integer call() {
    return folder.run(authority -> authority.file().toString());
  }

  /// `sotto mesh-ca issue`.
  @Command(
      name = "issue",
      description = {
        "Makes a certificate and key for one process: NAME.pem and NAME-key.pem, beside which a copy of ca.pem lies. Running processes take new files within"
            + " a minute or two, without a restart."
      },
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      footer = {"", AuthorityFolder.EXITS})
  static final class Issue implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // picocli sets it
    @ParentCommand
    MeshCa parent;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Parameters(
        index = "0",
        paramLabel = "ROLE",
        converter = RoleConverter.class,
        description = "relay, store, presence, blob or admin: what it may do.")
    Role role;

    @Parameters(
        index = "1..*",
        paramLabel = "NAME",
        arity = "1..*",
        description = "Its name, such as relay-0. Several make several.")
    List<String> names = List.of();

    @Option(
        names = "--life",
        paramLabel = "TIME",
        defaultValue = "30d",
        description = "How long it is good, such as 12h or 30d. Default: ${DEFAULT-VALUE}.")
    String life = "";

    @Option(
        names = "--name",
        paramLabel = "HOST",
        description =
            "A DNS name or address for tools that want one, beside localhost. May be repeated. Processes of the mesh look at the role alone.")
    List<String> hosts = List.of();

    @Mixin IssuedFiles files = new IssuedFiles();

    @Override
    public Integer call() {
      return parent.folder.run(authority ->
          files.write(
              names,
              name ->
                  authority.issueMesh(new MeshName(role, name), hosts, AuthorityFolder.life(life)),
              parent.folder.dir(),
              authority));
    }
  }

  /// Reads a role.
  static final class RoleConverter implements picocli.CommandLine.ITypeConverter<Role> {
    @Override
    public Role convert(String value) {
      try {
        return Role.parse(value);
      } catch (IllegalArgumentException e) {
        throw new picocli.CommandLine.TypeConversionException(
            "'" + value + "' is not " + e.getMessage());
      }
    }
  }
}
