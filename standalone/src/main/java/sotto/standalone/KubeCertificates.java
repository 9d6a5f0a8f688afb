package sotto.standalone;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.MeshName;
import sotto.mesh.Role;
import sotto.mesh.ServerIdentity;
import sotto.mesh.ServerProcess;

/// `sotto kube-certificates`: the certificates of an installation on Kubernetes, as secrets.
@Command(
    name = "kube-certificates",
    description = {
      "Makes the certificates of an installation on Kubernetes, where nobody else does, and renews those of which a third of the life is left. It runs in a pod whose"
          + " service account may get, create and update secrets; the chart has a job for it.",
      "",
      "PREFIX-mesh-authority and PREFIX-authority keep the authorities; PREFIX-mesh-ROLE and PREFIX-tls get tls.crt, tls.key and ca.crt."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {"", "It prints what it made. Exit codes: 0 done, 1 could not be done, 2 wrong use."})
final class KubeCertificates implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      required = true,
      description = "What the secrets' names begin with.")
  private String prefix;

  @Option(
      names = "--mesh",
      paramLabel = "ROLE",
      converter = MeshCa.RoleConverter.class,
      description = "A role in the mesh that gets a certificate. May be repeated.")
  private List<Role> roles = List.of();

  @Option(
      names = "--name",
      paramLabel = "HOST",
      description =
          "A name under which clients dial; with one or more, the public port gets a certificate.")
  private List<String> hosts = List.of();

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Option(
      names = "--life",
      paramLabel = "TIME",
      defaultValue = "30d",
      description = "How long those of the mesh are good. Default: ${DEFAULT-VALUE}.")
  private String life;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    try (var secrets = KubernetesSecrets.ofThisPod(System.getenv())) {
      for (var made : make(secrets, Clock.systemUTC())) {
        spec.commandLine().getOut().println(made);
      }
      return ServerProcess.OK;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      spec.commandLine().getErr().println("sotto: " + Trouble.sentence(e));
      return ServerProcess.FAILED;
    }
  }

  private List<String> make(KubernetesSecrets secrets, Clock clock) throws IOException {
    var wanted = new SecretCertificates(secrets, clock, new SecureRandom());
    var meshLife = AuthorityFolder.life(life);
    if (!roles.isEmpty()) {
      var issued = new LinkedHashMap<String, Function<CertificateAuthority, ServerIdentity>>();
      for (var role : roles) {
        issued.put(
            prefix + "-mesh-" + role,
            authority -> authority.issueMesh(new MeshName(role, prefix), List.of(), meshLife));
      }
      wanted.keep(prefix + "-mesh-authority", issued);
    }
    if (!hosts.isEmpty()) {
      wanted.keep(
          prefix + "-authority",
          Map.of(prefix + "-tls", authority -> authority.issueServer(hosts)));
    }
    return wanted.made();
  }
}
