package sotto.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import sotto.chain.AccountId;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.ServerAddress;
import sotto.client.Sotto;
import sotto.client.Username;

/// Homes of real SDKs that are registered at one server and opened one after the other, so that
/// what this process takes meanwhile is one SDK's.
///
/// @param folder where they are
/// @param server where their accounts are
record Homes(Path folder, ServerAddress server) {
  static final Duration LONG = Duration.ofMinutes(30);

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /// Who has a home.
  ///
  /// @param home its folder's name
  record Owner(String home, AccountId account, Username username) {}

  /// Makes an account and closes its home.
  Owner register(String home) {
    Username username =
        Username.of(home.replace('-', '.') + "." + Long.toString(System.nanoTime(), 36));
    try (Sotto sotto = open(home)) {
      return new Owner(home, sotto.register(server, username).id(), username);
    }
  }

  /// Opens a home; it connects by itself.
  Sotto open(String home) {
    return Sotto.open(folder.resolve(home), Passphrase.ofKey(new byte[32]), Options.defaults());
  }

  /// Opens a home, waits until it has all that waited for it and has confirmed that, and closes it.
  void visit(Owner owner, Check check) {
    try (Sotto sotto = open(owner.home())) {
      received(sotto);
      sent(sotto);
      check.of(sotto);
    }
  }

  /// What is to hold of an SDK that has got everything.
  interface Check {
    void of(Sotto sotto);
  }

  /// Waits until everything has gone.
  static void sent(Sotto sotto) {
    if (!sotto.awaitOutbox(LONG)) {
      throw new CannotMeasure("not everything was sent within half an hour");
    }
  }

  /// Waits until everything that waited has come.
  static void received(Sotto sotto) {
    sotto.awaitOnline(LONG);
    if (!sotto.awaitMailboxEmpty(LONG)) {
      throw new CannotMeasure("not everything was received within half an hour");
    }
  }

  /// Processor time that this process has taken: of SDKs, and of the compiler and collector that
  /// they keep busy.
  static long processorNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  /// Waits for something that comes by itself.
  static void await(BooleanSupplier there) {
    long end = System.nanoTime() + LONG.toNanos();
    while (!there.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new CannotMeasure("waited for half an hour");
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  /// Removes a folder with what is in it.
  static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }
}
