package sotto.relay.stream;

import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.Limits;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.Ping;
import sotto.chat.v1.Pong;
import sotto.chat.v1.Unavailable;
import sotto.chat.v1.Welcome;
import sotto.relay.RelayConfig;
import sotto.relay.append.Lane;

/// Answers to a client that follow from its frame and the configuration alone.
final class Answers {
  private static final int MAX_FRAME_BYTES = 1 << 20;
  private static final long GROUPS_LATER_MILLIS = 3_600_000;

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

  /// This version has no group service: nothing is stored, and the rows of the members stay queued
  /// with the client. Ending the stream would hurt what does work.
  static GroupSendResult groupsLater(GroupSend group) {
    var result = GroupSendResult.newBuilder().setRequest(group.getRequest());
    var unavailable =
        MemberResult.newBuilder()
            .setUnavailable(Unavailable.newBuilder().setRetryAfterMs(GROUPS_LATER_MILLIS))
            .build();
    for (int i = 0; i < group.getRecipientsCount(); i++) {
      result.addResults(unavailable);
    }
    return result.build();
  }
}
