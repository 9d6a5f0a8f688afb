package sotto.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.store.StoreConfig;

/// What an operator decides about accounts and mailboxes; the rest of [StoreConfig] follows from
/// the wiring.
///
/// @param mailboxEnvelopes how many envelopes a device's mailbox holds
/// @param mailboxBytes how many bytes of envelopes it holds
/// @param mailboxLife how long it keeps an envelope
/// @param dormantAfter how long a device may be unseen before nothing is kept for it
record StoreSettings(
    long mailboxEnvelopes, long mailboxBytes, Duration mailboxLife, Duration dormantAfter) {
  static final StoreSettings DEFAULTS = defaults();

  /// Checks the bounds of [StoreConfig].
  StoreSettings {
    var _ =
        new StoreConfig(
            Path.of(""),
            Optional.empty(),
            StoreConfig.WRITERS,
            "check",
            mailboxEnvelopes,
            mailboxBytes,
            mailboxLife,
            dormantAfter,
            List.of("localhost"));
  }

  StoreConfig in(Path folder, List<String> serverNames) {
    return new StoreConfig(
        folder,
        Optional.empty(),
        StoreConfig.WRITERS,
        "standalone",
        mailboxEnvelopes,
        mailboxBytes,
        mailboxLife,
        dormantAfter,
        serverNames);
  }

  private static StoreSettings defaults() {
    var whole = StoreConfig.defaults(Path.of(""), List.of("localhost"));
    return new StoreSettings(
        whole.mailboxEnvelopes(), whole.mailboxBytes(), whole.mailboxLife(), whole.dormantAfter());
  }
}
