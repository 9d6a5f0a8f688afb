package sotto.relay;

import java.time.Duration;
import sotto.mesh.Rate;

/// Configurations that differ from the defaults in what a test is about.
final class TestConfigs {
  private TestConfigs() {}

  static RelayConfig named(String name) {
    return with(name, RelayConfig.DEFAULTS.sendsPerPair());
  }

  /// So many sends to one account, and then none for long.
  static RelayConfig sendsPerPair(int burst) {
    return with(RelayConfig.DEFAULTS.name(), new Rate(burst, Duration.ofHours(burst)));
  }

  private static RelayConfig with(String name, Rate sendsPerPair) {
    var d = RelayConfig.DEFAULTS;
    return new RelayConfig(
        name,
        d.maxEnvelopeBytes(),
        d.mailboxLife(),
        d.helloDeadline(),
        d.silence(),
        d.holeWait(),
        d.missedCheckEvery(),
        d.presenceWait(),
        d.locationLife(),
        d.appendBytes(),
        d.sendsPerDevice(),
        sendsPerPair,
        d.ephemeralsPerDevice(),
        d.bundlesPerPair(),
        d.lookUps(),
        d.calls(),
        d.addressCalls(),
        d.registrations(),
        d.maxWatches());
  }
}
