package sotto.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.mesh.Rate;
import sotto.store.account.RegistrationPolicy;
import sotto.store.sql.StoreUrl;

/// What an operator decides about the store.
///
/// @param dataDir the folder of the embedded database and of the store's lock; made if it is not
///   there
/// @param url the MySQL or Vitess that has the database; empty = embedded, in the folder
/// @param writers how many connections write to that, 1 to 64; the embedded one has one
/// @param podName the name of this pod among the owners of buckets, 1 to 200 characters
/// @param mailboxEnvelopes how many envelopes a device's mailbox holds, at least 4
/// @param mailboxBytes how many bytes of envelopes it holds, at least 394,240
/// @param mailboxLife how long it keeps an envelope, 1 minute to 365 days
/// @param dormantAfter how long a device may be unseen before nothing is kept for it, at least 1
///   day
/// @param coldAfter how long an envelope must have been undelivered, and its device unseen, before
///   it moves to the blob store, if there is one; 0 = none does; at most 365 days
/// @param coldGiveUp how long the blob of what has moved must be gone or damaged before the mailbox
///   goes on without it, at most 365 days
/// @param sealedPerRecipient sealed envelopes for one account, of all senders
/// @param registration who may make an account
/// @param serverNames the names under which the server may be signed in to, at least one
public record StoreConfig(
    Path dataDir,
    Optional<StoreUrl> url,
    int writers,
    String podName,
    long mailboxEnvelopes,
    long mailboxBytes,
    Duration mailboxLife,
    Duration dormantAfter,
    Duration coldAfter,
    Duration coldGiveUp,
    Rate sealedPerRecipient,
    RegistrationPolicy registration,
    List<String> serverNames) {
  /// How many connections write, unless told otherwise.
  public static final int WRITERS = 4;

  private static final int LONGEST_NAME = 200;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming the field that breaks one
  public StoreConfig {
    serverNames = List.copyOf(serverNames);
    check(
        !podName.isBlank() && podName.length() <= LONGEST_NAME, "podName has 1 to 200 characters");
    check(!podName.contains("/"), "podName has no /");
    check(writers >= 1 && writers <= 64, "writers is 1 to 64");
    check(mailboxEnvelopes >= 4, "mailboxEnvelopes is at least 4");
    check(mailboxBytes >= 394_240, "mailboxBytes is at least 394240");
    check(
        mailboxLife.compareTo(Duration.ofMinutes(1)) >= 0
            && mailboxLife.compareTo(Duration.ofDays(365)) <= 0,
        "mailboxLife is 1m to 365d");
    check(dormantAfter.compareTo(Duration.ofDays(1)) >= 0, "dormantAfter is at least 1d");
    check(isAtMostAYear(coldAfter), "coldAfter is 0 to 365d");
    check(isAtMostAYear(coldGiveUp), "coldGiveUp is 0 to 365d");
    check(
        !serverNames.isEmpty() && serverNames.stream().noneMatch(String::isBlank),
        "serverNames has at least one name");
  }

  private static boolean isAtMostAYear(Duration time) {
    return !time.isNegative() && time.compareTo(Duration.ofDays(365)) <= 0;
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /// The same store on another database.
  public StoreConfig on(StoreUrl other) {
    return new StoreConfig(
        dataDir,
        Optional.of(other),
        writers,
        podName,
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

  /// The same store as another pod.
  public StoreConfig named(String pod) {
    return new StoreConfig(
        dataDir,
        url,
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

  /// The same store with another age at which envelopes move.
  public StoreConfig cold(Duration after, Duration giveUp) {
    return new StoreConfig(
        dataDir,
        url,
        writers,
        podName,
        mailboxEnvelopes,
        mailboxBytes,
        mailboxLife,
        dormantAfter,
        after,
        giveUp,
        sealedPerRecipient,
        registration,
        serverNames);
  }

  /// The same store with another limit of sealed envelopes.
  public StoreConfig sealed(Rate perRecipient) {
    return new StoreConfig(
        dataDir,
        url,
        writers,
        podName,
        mailboxEnvelopes,
        mailboxBytes,
        mailboxLife,
        dormantAfter,
        coldAfter,
        coldGiveUp,
        perRecipient,
        registration,
        serverNames);
  }

  /// The same store with another idea of who may make an account.
  public StoreConfig registering(RegistrationPolicy policy) {
    return new StoreConfig(
        dataDir,
        url,
        writers,
        podName,
        mailboxEnvelopes,
        mailboxBytes,
        mailboxLife,
        dormantAfter,
        coldAfter,
        coldGiveUp,
        sealedPerRecipient,
        policy,
        serverNames);
  }

  /// The usual limits: 10,000 envelopes, 64 MiB, 30 days; a device is dormant after 45 days; what
  /// is undelivered for 7 days moves; everybody may register.
  public static StoreConfig defaults(Path dataDir, List<String> serverNames) {
    return new StoreConfig(
        dataDir,
        Optional.empty(),
        WRITERS,
        "store-0",
        10_000,
        64L << 20,
        Duration.ofDays(30),
        Duration.ofDays(45),
        Duration.ofDays(7),
        Duration.ofHours(1),
        new Rate(20_000, Duration.ofSeconds(2)),
        RegistrationPolicy.OPEN,
        serverNames);
  }
}
