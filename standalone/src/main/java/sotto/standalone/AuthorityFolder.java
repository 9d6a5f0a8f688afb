package sotto.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.Configs;
import sotto.mesh.ServerProcess;

/// The folder of a certificate authority, as an option, and what is done with it.
final class AuthorityFolder {
  static final String EXITS =
      "It prints the certificate's file. Exit codes: 0 done, 1 could not be done, 2 wrong use.";

  private static final Duration LONGEST = Duration.ofDays(3653);

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      required = true,
      description = "The authority's folder; made if it is not there.")
  private Path dir;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /// What is done with an authority.
  interface Work {
    /// Does it.
    ///
    /// @return what to print
    String with(CertificateAuthority authority) throws IOException;
  }

  Path dir() {
    return dir;
  }

  /// Opens the authority, or makes it, and works with it.
  ///
  /// @return the exit code
  int run(Work work) {
    try {
      Files.createDirectories(dir);
      var authority = CertificateAuthority.openOrCreate(dir, Clock.systemUTC(), new SecureRandom());
      spec.commandLine().getOut().println(work.with(authority));
      return ServerProcess.OK;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      spec.commandLine().getErr().println("sotto: " + Trouble.sentence(e));
      return ServerProcess.FAILED;
    }
  }

  /// Reads a certificate's life.
  ///
  /// @throws IllegalArgumentException saying what it may be
  static Duration life(String text) {
    var life = Configs.duration(text);
    if (life.compareTo(Duration.ofMinutes(1)) < 0 || life.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("--life is " + text + "; it must be 1m to 3653d");
    }
    return life;
  }
}
