package sotto.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.blob.BlobService;
import sotto.mesh.Drain;
import sotto.mesh.MeshNetwork;
import sotto.mesh.PodTarget;
import sotto.mesh.ProcessLife;
import sotto.mesh.Role;
import sotto.mesh.Telemetry;

/// `sotto serve-blob`: media as a process of its own.
@Command(
    name = "serve-blob",
    description = {
      "Runs the service that keeps encrypted media, for the relays of a mesh: in a folder, which one process has, or in a bucket of an S3 (blob.s3.endpoint), which several share.",
      "",
      ProcessOptions.READY,
      "It is: ready HOST:PORT."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", ProcessOptions.KEYS, "", ProcessOptions.EXITS})
final class ServeBlob implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The folder that holds media; made if it is not there. Default: $${XDG_DATA_HOME:-~/.local/share}/sotto.")
  @Nullable String data;

  @Option(
      names = "--stores",
      paramLabel = "TARGET",
      description =
          "Where the stores are, which know what accounts keep: dns:///HOST:PORT or static:///HOST:PORT,HOST:PORT. Without it this process counts by itself.")
  @Nullable String stores;

  @Mixin ProcessOptions options = new ProcessOptions();

  @Override
  public Integer call() {
    var home = Path.of(System.getProperty("user.home"));
    return options.run(
        "sotto-blob",
        BlobProcessConfig.class,
        BlobProcessConfig.defaults(System.getenv(), home),
        this::flags,
        ServeBlob::open);
  }

  private Map<String, String> flags() {
    var flags = new LinkedHashMap<String, String>();
    if (data != null) {
      flags.put("data", data);
    }
    if (stores != null) {
      flags.put("stores", stores);
    }
    return flags;
  }

  /// Top to bottom what is opened; closed from the bottom up.
  static String open(BlobProcessConfig config, ProcessLife life, Telemetry telemetry, Drain drain)
      throws IOException {
    var clock = Clock.systemUTC();
    var mesh = drain.add("mesh", MeshNetwork.open(config.mesh(), Role.BLOB, clock, telemetry));
    var folder = drain.add("folder", DataFolder.take(config.data()));
    var blob = drain.add("blob", blob(config, folder, mesh, clock, telemetry));
    var server =
        drain.add(
            "blob calls",
            MeshPort.open(mesh, config.mesh(), life, blob.services(), blob.forOperators()));
    return "ready " + server.address();
  }

  private static BlobService blob(
      BlobProcessConfig config,
      DataFolder folder,
      MeshNetwork mesh,
      Clock clock,
      Telemetry telemetry)
      throws IOException {
    var random = new SecureRandom();
    var whole = config.blob().in(folder.part("blob"));
    return config.stores().equals(PodTarget.NONE)
        ? BlobService.open(whole, clock, random, telemetry)
        : BlobService.open(whole, mesh.pods(Role.STORE, config.stores()), clock, random, telemetry);
  }
}
