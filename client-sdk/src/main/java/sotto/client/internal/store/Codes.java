package sotto.client.internal.store;

import java.util.Optional;
import sotto.client.MessageView;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.Status;
import sotto.client.Verification;

/// The numbers that stand for constants in the store. They never change; new ones are added.
final class Codes {
  static final int QUEUED = 0;
  static final int READ = 3;
  static final int FAILED = 4;
  static final int UNDECRYPTABLE = 1;

  private Codes() {}

  /// The order of the numbers is that in which a message comes forward.
  static int of(Status status) {
    return switch (status) {
      case QUEUED -> QUEUED;
      case SENT -> 1;
      case DELIVERED -> 2;
      case READ -> READ;
      case FAILED -> FAILED;
    };
  }

  static Status status(int code) {
    return switch (code) {
      case QUEUED -> Status.QUEUED;
      case 1 -> Status.SENT;
      case 2 -> Status.DELIVERED;
      case READ -> Status.READ;
      case FAILED -> Status.FAILED;
      default -> throw unknown();
    };
  }

  static int of(MessageView.Kind kind) {
    return switch (kind) {
      case MESSAGE -> 0;
      case UNDECRYPTABLE -> UNDECRYPTABLE;
      case UNSUPPORTED -> 2;
      case ARCHIVED -> throw new IllegalArgumentException("a gap is not kept");
    };
  }

  static MessageView.Kind messageKind(int code) {
    return switch (code) {
      case 0 -> MessageView.Kind.MESSAGE;
      case UNDECRYPTABLE -> MessageView.Kind.UNDECRYPTABLE;
      case 2 -> MessageView.Kind.UNSUPPORTED;
      default -> throw unknown();
    };
  }

  static int of(Verification verification) {
    return switch (verification) {
      case UNVERIFIED -> 0;
      case VERIFIED -> 1;
      case CHANGED -> 2;
    };
  }

  static Verification verification(int code) {
    return switch (code) {
      case 0 -> Verification.UNVERIFIED;
      case 1 -> Verification.VERIFIED;
      case 2 -> Verification.CHANGED;
      default -> throw unknown();
    };
  }

  static int of(OutboxRow.Kind kind) {
    return switch (kind) {
      case MESSAGE -> 1;
      case DELIVERED -> 2;
      case READ -> 3;
      case SYNC -> 4;
      case RETRY_REQUEST -> 5;
      case RESEND -> 6;
      case GROUP -> 7;
      case KEY -> 8;
    };
  }

  static OutboxRow.Kind outboxKind(int code) {
    return switch (code) {
      case 1 -> OutboxRow.Kind.MESSAGE;
      case 2 -> OutboxRow.Kind.DELIVERED;
      case 3 -> OutboxRow.Kind.READ;
      case 4 -> OutboxRow.Kind.SYNC;
      case 5 -> OutboxRow.Kind.RETRY_REQUEST;
      case 6 -> OutboxRow.Kind.RESEND;
      case 7 -> OutboxRow.Kind.GROUP;
      case 8 -> OutboxRow.Kind.KEY;
      default -> throw unknown();
    };
  }

  static int of(Optional<OutboxRow.Channel> channel) {
    return channel
        .map(way ->
            switch (way) {
              case IDENTIFIED -> 1;
              case SEALED -> 2;
            })
        .orElse(0);
  }

  static Optional<OutboxRow.Channel> channel(int code) {
    return switch (code) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(OutboxRow.Channel.IDENTIFIED);
      case 2 -> Optional.of(OutboxRow.Channel.SEALED);
      default -> throw unknown();
    };
  }

  static int of(Events.Kind kind) {
    return switch (kind) {
      case RECEIVED -> 1;
      case STATUS -> 2;
      case UNDECRYPTABLE -> 3;
      case CONTACT -> 4;
      case MISSED -> 5;
      case DISPLACED -> 6;
      case FILE -> 7;
      case DEVICES -> 8;
      case REMOVED -> 9;
      case DIVERGED -> 10;
      case ENDED -> 11;
      case GROUP -> 12;
    };
  }

  static Events.Kind eventKind(int code) {
    return switch (code) {
      case 1 -> Events.Kind.RECEIVED;
      case 2 -> Events.Kind.STATUS;
      case 3 -> Events.Kind.UNDECRYPTABLE;
      case 4 -> Events.Kind.CONTACT;
      case 5 -> Events.Kind.MISSED;
      case 6 -> Events.Kind.DISPLACED;
      case 7 -> Events.Kind.FILE;
      case 8 -> Events.Kind.DEVICES;
      case 9 -> Events.Kind.REMOVED;
      case 10 -> Events.Kind.DIVERGED;
      case 11 -> Events.Kind.ENDED;
      case 12 -> Events.Kind.GROUP;
      default -> throw unknown();
    };
  }

  static int of(SegmentState state) {
    return switch (state) {
      case CHOSEN -> 0;
      case PREPARED -> 1;
      case UPLOADED -> 2;
      case MOVED -> 3;
      case RETURNED -> 4;
    };
  }

  static SegmentState segmentState(int code) {
    return switch (code) {
      case 0 -> SegmentState.CHOSEN;
      case 1 -> SegmentState.PREPARED;
      case 2 -> SegmentState.UPLOADED;
      case 3 -> SegmentState.MOVED;
      case 4 -> SegmentState.RETURNED;
      default -> throw unknown();
    };
  }

  static int of(KeysGiven.State state) {
    return switch (state) {
      case ON_ITS_WAY -> 0;
      case GIVEN -> 1;
      case FAILED -> 2;
    };
  }

  static KeysGiven.State keyState(int code) {
    return switch (code) {
      case 0 -> KeysGiven.State.ON_ITS_WAY;
      case 1 -> KeysGiven.State.GIVEN;
      case 2 -> KeysGiven.State.FAILED;
      default -> throw unknown();
    };
  }

  private static SottoException unknown() {
    return SottoException.of(Code.STORAGE_DAMAGED, "The store holds a number without a meaning.");
  }
}
