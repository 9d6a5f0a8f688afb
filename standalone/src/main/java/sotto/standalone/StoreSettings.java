package sotto.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.mesh.Require;
import sotto.mesh.Secret;
import sotto.store.StoreConfig;
import sotto.store.account.RegistrationPolicy;
import sotto.store.sql.StoreUrl;

/// What an operator decides about accounts and mailboxes; the rest of [StoreConfig] follows from
/// the wiring.
///
/// @param url the MySQL or Vitess that holds them; absent = the folder does
/// @param passwordFile a file whose first line is the password for it, instead of the address's own
/// @param writers how many connections write to it
/// @param mailboxEnvelopes how many envelopes a device's mailbox holds
/// @param mailboxBytes how many bytes of envelopes it holds
/// @param mailboxLife how long it keeps an envelope
/// @param dormantAfter how long a device may be unseen before nothing is kept for it
/// @param coldAfter how long an envelope must have been undelivered before it moves to the blob
///   service; 0 = none does
/// @param coldGiveUp how long what has moved must be gone or damaged there before the mailbox goes
///   on without it
/// @param registration who may make an account
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
        whole.registration());
  }
}
