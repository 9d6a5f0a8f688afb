package sotto.relay.stream;

import sotto.chat.v1.Limits;
import sotto.chat.v1.Ping;
import sotto.chat.v1.Pong;
import sotto.chat.v1.Welcome;
import sotto.relay.RelayConfig;
import sotto.relay.append.Lane;

/// Answers to a client that follow from its frame and the configuration alone.
final class Answers {
  private static final int MAX_FRAME_BYTES = 1 << 20;

  private Answers() {}

  /// The stream is open.
  static Welcome welcome(RelayConfig config, long serverTimeMillis, long missedSinceMillis) {
    return Welcome.newBuilder()
        .setServerTimeMs(serverTimeMillis)
        .setMissedSinceMs(missedSinceMillis)
        .setTraces(config.traceMessages())
        .setLimits(
            Limits.newBuilder()
                .setMaxEnvelopeBytes(config.maxEnvelopeBytes())
                .setMaxFrameBytes(MAX_FRAME_BYTES)
                .setMaxLane(Lane.MAX)
                .setSilenceMs((int) config.silence().toMillis())
                .setMailboxLifeS((int) config.mailboxLife().toSeconds()))
        .build();
  }

  static Pong pong(Ping ping, long serverTimeMillis) {
    return Pong.newBuilder().setId(ping.getId()).setServerTimeMs(serverTimeMillis).build();
  }
}
