package sotto.client.internal.engine;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import sotto.client.internal.store.Events;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Settings;

/// The numbers that this device says hello with, by which a server tells a home that was copied or
/// put back from the one that went on (protocol C1). For the lane only.
///
/// ```
/// answered ── the next number is committed ──▶ unanswered, also when the connection breaks ── the next … ──▶ unanswered
/// unanswered ── welcome ──▶ answered
/// unanswered ── diverged by a number that it said itself ──▶ unanswered, heard of that number
/// unanswered ── diverged by another ──▶ sessions archived, unanswered, mending ── pre-keys replaced ──▶ mended
/// ```
///
/// A step from one number to the next is random, so that two homes that are copies of each other
/// say different ones, and each knows its own. Where the answers to many in a row are lost the last
/// is said again: should the server have it, that may have been anybody, and sessions are begun
/// anew without telling the user.
final class ConnectionNumbers {
  /// A number to say hello with.
  ///
  /// @param value the number
  /// @param heard the highest that was answered
  /// @param again whether it may have been said before
  record Numbered(long value, long heard, boolean again) {}

  /// The longest step. With [#MOST_SAID] of them a number is still not too far above the highest.
  private static final int LONGEST_STEP = 1 << 16;

  private static final int MOST_SAID = 8;
  private static final String LAST = "connection_number";
  private static final String HEARD = "connection_heard";
  private static final String SAID = "connection_said";
  private static final String MENDING = "connection_mending";

  private final Core core;

  ConnectionNumbers(Core core) {
    this.core = core;
  }

  private Settings settings() {
    return core.store().settings();
  }

  private long heard() {
    return settings().number(HEARD).orElse(0L);
  }

  /// Those that were not answered.
  private List<Long> said() {
    List<Long> said = new ArrayList<>();
    settings()
        .bytes(SAID)
        .ifPresent(bytes -> {
          ByteBuffer buffer = ByteBuffer.wrap(bytes);
          while (buffer.hasRemaining()) {
            said.add(buffer.getLong());
          }
        });
    return said;
  }

  /// The number to say hello with.
  Numbered next() {
    long last = settings().number(LAST).orElse(0L);
    List<Long> said = said();
    return said.size() < MOST_SAID ? above(last, said) : new Numbered(last, heard(), true);
  }

  private Numbered above(long number, List<Long> said) {
    long next = number + 1 + core.random().nextInt(LONGEST_STEP);
    said.add(next);
    ByteBuffer bytes = ByteBuffer.allocate(said.size() * Long.BYTES);
    said.forEach(bytes::putLong);
    settings().put(LAST, next);
    settings().put(SAID, bytes.array());
    return new Numbered(next, heard(), false);
  }

  /// The server has welcomed the last number.
  void welcomed() {
    heard(settings().number(LAST).orElse(0L));
  }

  private void heard(long number) {
    settings().put(HEARD, number);
    settings().remove(SAID);
  }

  /// The server has had a number as high, or a higher one than this home was answered for: either
  /// its own, and the answer got lost, or that of another home, which goes on as this device. Then
  /// no session and no pre-key is used again.
  Numbered diverged(Transaction tx, Numbered refused, long highest) {
    if (refused.again() || !said().contains(highest)) {
      core.self().crypto().archiveAll();
      core.store().groups().forgetDistributions();
      core.store().preKeys().leap(core.random());
      settings().put(MENDING, 1);
      if (!refused.again() || highest > refused.value()) {
        core.store().events().addContact(Events.Kind.DIVERGED, 0, "", core.clock().millis());
        tx.afterCommit(core.events()::stored);
      }
    }
    heard(highest);
    return above(Math.max(highest, refused.value()), new ArrayList<>());
  }

  /// Whether pre-keys have to be replaced before the device is heard again.
  boolean mending() {
    return settings().number(MENDING).isPresent();
  }

  /// They are.
  void mended() {
    settings().remove(MENDING);
  }
}
