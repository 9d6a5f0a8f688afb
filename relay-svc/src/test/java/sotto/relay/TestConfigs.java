package sotto.relay;

import java.time.Duration;
import sotto.mesh.Rate;

/// Configurations that differ from the defaults in what a test is about.
public final class TestConfigs {
  private static final RelayConfig D = RelayConfig.DEFAULTS;

  private TestConfigs() {}

  static RelayConfig named(String name) {
    return RelayConfig.DEFAULTS.named(name);
  }

  /// So many sends to one account, and then none for long.
  static RelayConfig sendsPerPair(int burst) {
    return with(few(burst), D.sendsPerRecipient(), D.hellos(), D.streamsPerAccount(), false);
  }

  /// So many sends of all to one account, and then none for long.
  static RelayConfig sendsPerRecipient(int burst) {
    return with(D.sendsPerPair(), few(burst), D.hellos(), D.streamsPerAccount(), false);
  }

  /// So many streams opened at once, and then one a second.
  static RelayConfig hellos(int burst) {
    var rate = new Rate(burst, Duration.ofSeconds(burst));
    return with(D.sendsPerPair(), D.sendsPerRecipient(), rate, D.streamsPerAccount(), false);
  }

  static RelayConfig streamsPerAccount(int most) {
    return with(D.sendsPerPair(), D.sendsPerRecipient(), D.hellos(), most, false);
  }

  /// Lets messages carry the context of a trace.
  static RelayConfig tracing() {
    return with(D.sendsPerPair(), D.sendsPerRecipient(), D.hellos(), D.streamsPerAccount(), true);
  }

  /// So many recipients of group messages at once, and then none for long.
  static RelayConfig groupRecipients(int burst) {
    return with(
        D.sendsPerPair(),
        D.sendsPerRecipient(),
        D.hellos(),
        D.streamsPerAccount(),
        false,
        new Rate(burst, Duration.ofSeconds(burst)),
        D.sealedPerAddress(),
        D.sealedStreamsPerAddress());
  }

  /// So many sealed sends of one address, and then none for long; so many streams of it.
  public static RelayConfig sealed(Rate perAddress, int streams) {
    return with(
        D.sendsPerPair(),
        D.sendsPerRecipient(),
        D.hellos(),
        D.streamsPerAccount(),
        false,
        D.groupRecipientsPerDevice(),
        perAddress,
        streams);
  }

  private static Rate few(int burst) {
    return new Rate(burst, Duration.ofHours(burst));
  }

  private static RelayConfig with(
      Rate sendsPerPair,
      Rate sendsPerRecipient,
      Rate hellos,
      int streamsPerAccount,
      boolean traceMessages) {
    return with(
        sendsPerPair,
        sendsPerRecipient,
        hellos,
        streamsPerAccount,
        traceMessages,
        D.groupRecipientsPerDevice(),
        D.sealedPerAddress(),
        D.sealedStreamsPerAddress());
  }

  private static RelayConfig with(
      Rate sendsPerPair,
      Rate sendsPerRecipient,
      Rate hellos,
      int streamsPerAccount,
      boolean traceMessages,
      Rate groupRecipientsPerDevice,
      Rate sealedPerAddress,
      int sealedStreamsPerAddress) {
    return new RelayConfig(
        D.name(),
        D.maxEnvelopeBytes(),
        D.mailboxLife(),
        D.helloDeadline(),
        D.silence(),
        D.holeWait(),
        D.missedCheckEvery(),
        D.presenceWait(),
        D.locationLife(),
        D.appendBytes(),
        D.sendsPerDevice(),
        sendsPerPair,
        sendsPerRecipient,
        groupRecipientsPerDevice,
        D.groupChanges(),
        D.ephemeralsPerDevice(),
        D.bundlesPerPair(),
        D.lookUps(),
        D.calls(),
        D.addressCalls(),
        D.registrations(),
        D.recoveries(),
        D.slots(),
        sealedPerAddress,
        hellos,
        streamsPerAccount,
        sealedStreamsPerAddress,
        D.maxStreams(),
        D.maxWatches(),
        traceMessages);
  }
}
