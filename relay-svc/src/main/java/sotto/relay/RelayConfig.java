package sotto.relay;

import java.time.Duration;
import sotto.mesh.Rate;

/// The settings of a relay. The limits are wide enough for a fast pair of programs: thousands of
/// messages a second from one device to one account; they stop floods, not use.
///
/// @param name under which presence and other relays know it, 1 to 255 characters
/// @param maxEnvelopeBytes the largest ciphertext for one device, 1 to 98,304
/// @param mailboxLife told to clients; the same as `store.mailbox-life`
/// @param helloDeadline how long a stream may be open without `hello`
/// @param silence after how long without a frame a stream is closed; clients ping every 30 s
/// @param holeWait how long a gap in a stream waits for its message before the mailbox is read
/// @param missedCheckEvery how often the owners are asked what the streams have missed
/// @param presenceWait how long a new stream waits for presence before it goes on without
/// @param locationLife how long the place of a device is remembered
/// @param appendBytes bytes on their way into mailboxes at once
/// @param sendsPerDevice sends of one device in all
/// @param sendsPerPair sends of one device to one account
/// @param sendsPerRecipient sends to one account, of all senders
/// @param groupRecipientsPerDevice recipients of the group messages of one device; 1,024 at least,
///   as one message may have
/// @param groupChanges changes of groups by one account
/// @param ephemeralsPerDevice typing and the like of one device; those above are dropped
/// @param bundlesPerPair bundle fetches of one account for one account: a first contact and the
///   rounds of a changed device list, and no more, because each takes one-time keys; as many
///   profile fetches besides
/// @param lookUps username look-ups of one account
/// @param calls calls of one account, of all kinds
/// @param addressCalls calls without a token from one address (IPv6: one /64)
/// @param registrations registrations and added devices from one address (IPv6: one /64)
/// @param recoveries calls for what an account is restored from, from one address; a restore makes
///   two, and two more every eight minutes
/// @param slots messages put into provisioning slots from one address; two devices that are linked
///   put four or five
/// @param sealedPerAddress sends whose sender nobody knows, and openings of streams for them, from
///   one address (IPv6: one /64)
/// @param hellos how fast streams are opened, of all clients; those above come back within 10 s
/// @param streamsPerAccount streams of one account at a time, 1 to 4,096; each device has one, and
///   while it comes back two
/// @param sealedStreamsPerAddress streams of one address for sends whose sender nobody knows, 1 to
///   1,000,000
/// @param maxStreams streams at a time, 1 to 10,000,000
/// @param maxWatches accounts whose presence one device may watch
/// @param traceMessages whether messages may carry the context of a trace to the recipient; off =
///   the relay neither says so to clients nor passes any on
public record RelayConfig(
    String name,
    int maxEnvelopeBytes,
    Duration mailboxLife,
    Duration helloDeadline,
    Duration silence,
    Duration holeWait,
    Duration missedCheckEvery,
    Duration presenceWait,
    Duration locationLife,
    int appendBytes,
    Rate sendsPerDevice,
    Rate sendsPerPair,
    Rate sendsPerRecipient,
    Rate groupRecipientsPerDevice,
    Rate groupChanges,
    Rate ephemeralsPerDevice,
    Rate bundlesPerPair,
    Rate lookUps,
    Rate calls,
    Rate addressCalls,
    Rate registrations,
    Rate recoveries,
    Rate slots,
    Rate sealedPerAddress,
    Rate hellos,
    int streamsPerAccount,
    int sealedStreamsPerAddress,
    int maxStreams,
    int maxWatches,
    boolean traceMessages) {

  /// What a relay has when nothing is configured.
  public static final RelayConfig DEFAULTS =
      new RelayConfig(
          "relay",
          96 << 10,
          Duration.ofDays(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(75),
          Duration.ofMillis(50),
          Duration.ofMinutes(15),
          Duration.ofSeconds(2),
          Duration.ofSeconds(30),
          32 << 20,
          new Rate(20_000, Duration.ofSeconds(2)),
          new Rate(20_000, Duration.ofSeconds(2)),
          new Rate(60_000, Duration.ofSeconds(2)),
          new Rate(100_000, Duration.ofSeconds(2)),
          new Rate(600, Duration.ofMinutes(10)),
          new Rate(40, Duration.ofSeconds(2)),
          new Rate(12, Duration.ofMinutes(120)),
          new Rate(60, Duration.ofMinutes(5)),
          new Rate(600, Duration.ofSeconds(12)),
          new Rate(600, Duration.ofSeconds(30)),
          new Rate(200, Duration.ofMinutes(30)),
          new Rate(60, Duration.ofMinutes(30)),
          new Rate(60, Duration.ofMinutes(10)),
          new Rate(60_000, Duration.ofSeconds(2)),
          new Rate(1_000, Duration.ofSeconds(2)),
          64,
          1_024,
          200_000,
          1_024,
          false);

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming what is out of them
  public RelayConfig {
    within("name", name.length(), 1, 255);
    within("maxEnvelopeBytes", maxEnvelopeBytes, 1, 96 << 10);
    positive("mailboxLife", mailboxLife);
    positive("helloDeadline", helloDeadline);
    positive("silence", silence);
    positive("holeWait", holeWait);
    positive("missedCheckEvery", missedCheckEvery);
    positive("presenceWait", presenceWait);
    positive("locationLife", locationLife);
    within("appendBytes", appendBytes, 1 << 20, 1 << 30);
    within("groupRecipientsPerDevice", groupRecipientsPerDevice.burst(), 1_024, Integer.MAX_VALUE);
    within("streamsPerAccount", streamsPerAccount, 1, 4_096);
    within("sealedStreamsPerAddress", sealedStreamsPerAddress, 1, 1_000_000);
    within("maxStreams", maxStreams, 1, 10_000_000);
    within("maxWatches", maxWatches, 1, 65_536);
  }

  /// The same relay under another name.
  public RelayConfig named(String other) {
    return new RelayConfig(
        other,
        maxEnvelopeBytes,
        mailboxLife,
        helloDeadline,
        silence,
        holeWait,
        missedCheckEvery,
        presenceWait,
        locationLife,
        appendBytes,
        sendsPerDevice,
        sendsPerPair,
        sendsPerRecipient,
        groupRecipientsPerDevice,
        groupChanges,
        ephemeralsPerDevice,
        bundlesPerPair,
        lookUps,
        calls,
        addressCalls,
        registrations,
        recoveries,
        slots,
        sealedPerAddress,
        hellos,
        streamsPerAccount,
        sealedStreamsPerAddress,
        maxStreams,
        maxWatches,
        traceMessages);
  }

  private static void within(String field, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(field + " must be " + min + " to " + max);
    }
  }

  private static void positive(String field, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(Duration.ofDays(3650)) > 0) {
      throw new IllegalArgumentException(field + " must be 1 ms to 10 years");
    }
  }
}
