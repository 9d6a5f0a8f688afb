package sotto.client.internal.engine;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.ServerCalls;
import sotto.crypto.LinkCode;
import sotto.crypto.LinkStep;

/// Messages of a linking in the server's provisioning slots: those that are too large for one are
/// cut into parts, the first of which says how many there are. Blocks; not on the lane.
final class LinkSlots {
  /// How long the server keeps a slot, and with it how long a code is good.
  static final Duration LIFE = Duration.ofMinutes(10);

  private static final int PART = 60 * 1024;
  private static final int MOST_PARTS = 16;
  private static final Duration ONE_WAIT = Duration.ofSeconds(8);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Core core;
  private final ServerCalls calls;
  private final LinkCode code;

  LinkSlots(Core core, ServerCalls calls, LinkCode code) {
    this.core = core;
    this.calls = calls;
    this.code = code;
  }

  /// Puts a message where the other side looks for it. The server's moments of silence are waited
  /// out.
  ///
  /// @return false if another message is there
  boolean put(LinkStep step, int round, byte[] message, long deadline) {
    int parts = Math.max(1, (message.length + PART - 1) / PART);
    if (parts > MOST_PARTS) {
      throw SottoException.of(Code.REFUSED, "The account has too long a history of devices.");
    }
    for (int part = parts - 1; part >= 0; part--) {
      int until = Math.min(message.length, (part + 1) * PART);
      byte[] some = Arrays.copyOfRange(message, part * PART, until);
      byte[] framed = new byte[some.length + 1];
      framed[0] = (byte) parts;
      System.arraycopy(some, 0, framed, 1, some.length);
      byte[] address = code.slot(step, round, part).toArray();
      if (!patiently(() -> calls.putSlot(address, framed), deadline)) {
        return false;
      }
    }
    return true;
  }

  /// Waits for a message of the other side.
  ///
  /// @param deadline of [System#nanoTime]
  /// @return empty if none came in time
  Optional<byte[]> get(LinkStep step, int round, long deadline) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int parts = 1;
    for (int part = 0; part < parts; part++) {
      Optional<byte[]> framed = part(code.slot(step, round, part).toArray(), deadline);
      if (framed.isEmpty()) {
        return Optional.empty();
      }
      int said = framed.get().length == 0 ? 0 : framed.get()[0];
      if (said < 1 || said > MOST_PARTS || (part > 0 && said != parts)) {
        throw SottoException.of(Code.LINK_FAILED, "The other device's message is damaged.");
      }
      parts = said;
      message.write(framed.get(), 1, framed.get().length - 1);
    }
    return Optional.of(message.toByteArray());
  }

  private Optional<byte[]> part(byte[] address, long deadline) {
    while (true) {
      long left = deadline - System.nanoTime();
      Duration wait =
          Duration.ofNanos(Math.clamp(left, 0, ONE_WAIT.toNanos())).truncatedTo(ChronoUnit.MILLIS);
      byte[] message = patiently(() -> calls.getSlot(address, wait), deadline);
      if (message.length > 0) {
        return Optional.of(message);
      }
      if (left <= 0) {
        return Optional.empty();
      }
    }
  }

  /// A server that does not answer for a while is asked again: the other side waits as well.
  <R> R patiently(Supplier<R> call, long deadline) {
    while (true) {
      if (core.closed()) {
        throw SottoException.of(Code.CLOSED, "This home was closed.");
      }
      try {
        return call.get();
      } catch (SottoException e) {
        if (e.code() != Code.SERVER_UNREACHABLE || System.nanoTime() - deadline >= 0) {
          throw e;
        }
        var _ = core.progress().await(core::closed, PAUSE);
      }
    }
  }
}
