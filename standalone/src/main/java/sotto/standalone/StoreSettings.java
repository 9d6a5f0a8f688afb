package sotto.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.mesh.Rate;
import sotto.mesh.Require;
import sotto.mesh.Secret;
import sotto.store.StoreConfig;
import sotto.store.account.RegistrationPolicy;
import sotto.store.sql.StoreUrl;

/// What an operator decides about accounts and mailboxes; the rest of [StoreConfig] follows from
/// the wiring.
///
/// @param url the MySQL or Vitess that holds accounts and mailboxes; absent = the folder does
/// @param passwordFile a file whose first line is the password for it; goes before one in the URL
/// @param writers connections that write to it, 1 to 64, at least as many as there are shards: one
///   that has two shards stands still for both when one fails over; four more read
/// @param mailboxEnvelopes messages that wait for one device, at least 4
/// @param mailboxBytes bytes that wait for one device, at least 394,240
/// @param mailboxLife how long a message waits, a minute to 365 days
/// @param dormantAfter a device unseen for so long gets nothing any more, until its account removes
///   it; at least a day
/// @param coldAfter messages undelivered for so long, of a device unseen for so long, move to the
///   blob service; 0 = none do; at most 365 days
/// @param coldGiveUp how long what has moved must be gone or damaged there before the mailbox goes
///   on without it; long enough to put a backup back
/// @param sealedPerRecipient messages of which the server does not know the sender, to one account,
///   of all who have its access key
/// @param registration who may make an account: `open` = everybody, `invite` = who has an invite,
///   `closed` = nobody; devices are added to accounts whatever it says
record StoreSettings(
    @Secret Optional<StoreUrl> url,
    Optional<Path> passwordFile,
    int writers,
    long mailboxEnvelopes,
    long mailboxBytes,
    Duration mailboxLife,
    Duration dormantAfter,
    Duration coldAfter,
    Duration coldGiveUp,
    Rate sealedPerRecipient,
    RegistrationPolicy registration) {
  static final StoreSettings DEFAULTS = defaults();

  /// Checks the bounds of [StoreConfig].
  StoreSettings {
    var _ =
        new StoreConfig(
            Path.of(""),
            url,
            writers,
            "check",
            mailboxEnvelopes,
            mailboxBytes,
            mailboxLife,
            dormantAfter,
            coldAfter,
            coldGiveUp,
            sealedPerRecipient,
            registration,
            List.of("localhost"));
    passwordFile.ifPresent(file ->
        Require.that(url.isPresent(), "passwordFile", file, "absent where there is no url"));
  }

  /// The address with the password from the file, if one is named.
  ///
  /// @throws CannotServe if the file has none
  Optional<StoreUrl> signIn() throws IOException {
    return url.isPresent() && passwordFile.isPresent()
        ? Optional.of(url.get().withPassword(PasswordFile.read(passwordFile.get())))
        : url;
  }

  /// The whole configuration.
  ///
  /// @param pod what the rows of its buckets call this process
  StoreConfig in(Path folder, String pod, List<String> serverNames) throws IOException {
    return new StoreConfig(
        folder,
        signIn(),
        writers,
        pod,
        mailboxEnvelopes,
        mailboxBytes,
        mailboxLife,
        dormantAfter,
        coldAfter,
        coldGiveUp,
        sealedPerRecipient,
        registration,
        serverNames);
  }

  private static StoreSettings defaults() {
    var whole = StoreConfig.defaults(Path.of(""), List.of("localhost"));
    return new StoreSettings(
        whole.url(),
        Optional.empty(),
        whole.writers(),
        whole.mailboxEnvelopes(),
        whole.mailboxBytes(),
        whole.mailboxLife(),
        whole.dormantAfter(),
        whole.coldAfter(),
        whole.coldGiveUp(),
        whole.sealedPerRecipient(),
        whole.registration());
  }
}
