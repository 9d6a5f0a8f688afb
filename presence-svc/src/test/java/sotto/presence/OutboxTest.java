package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Seen;
import sotto.proto.Reason;
import sotto.proto.Statuses;

final class OutboxTest {
  private static final AccountId ACCOUNT = new AccountId(1, 2);

  private final Outbox outbox = new Outbox(3, () -> {});
  private final List<Watch> watches =
      IntStream.rangeClosed(1, 3_000)
          .mapToObj(id -> new Watch(id, ACCOUNT, new byte[Watch.HASH_LENGTH], outbox))
          .toList();

  @Test
  void flappingWhileTheRelayDoesNotRead_leavesOneEventWithTheNewest() {
    Watch watch = watches.getFirst();
    for (int i = 0; i < 1_001; i++) {
      outbox.seen(watch, i % 2 == 0, false);
    }

    assertThat(outbox.size()).isEqualTo(1);
    assertThat(drain()).singleElement().extracting(f -> f.getSeen().getOnline()).isEqualTo(true);
  }

  @Test
  void whatTheRelayKnowsIsNotToldAgain() {
    Watch watch = watches.getFirst();
    outbox.seen(watch, true, false);
    assertThat(drain()).hasSize(1);

    outbox.seen(watch, true, false);
    outbox.seen(watch, false, false);
    outbox.seen(watch, true, false);

    assertThat(drain()).isEmpty();
  }

  @Test
  void absenceIsNotToldWhileItProvesNothing() {
    Watch watch = watches.getFirst();
    outbox.seen(watch, false, true);
    assertThat(drain()).isEmpty();

    outbox.seen(watch, false, false);
    assertThat(drain()).singleElement().extracting(f -> f.getSeen().getOnline()).isEqualTo(false);
  }

  @Test
  void offlineAfterOnlineIsToldAtOnce() {
    Watch watch = watches.getFirst();
    outbox.seen(watch, true, true);
    drain();

    outbox.seen(watch, false, true);
    assertThat(drain()).hasSize(1);
  }

  @Test
  void eventsOfOneKindShareBoundedFrames() {
    for (Watch watch : watches) {
      outbox.seen(watch, watch.id() % 2 == 0, false);
    }

    List<AttachResponse> frames = drain();

    assertThat(frames).hasSize(4);
    assertThat(frames)
        .allSatisfy(frame -> {
          Seen seen = frame.getSeen();
          assertThat(seen.getWatchesCount()).isLessThanOrEqualTo(Outbox.SEEN_BATCH);
          assertThat(seen.getWatchesList()).allMatch(id -> (id % 2 == 0) == seen.getOnline());
        });
    assertThat(frames.stream().mapToInt(f -> f.getSeen().getWatchesCount()).sum()).isEqualTo(3_000);
  }

  @Test
  void whateverChangesWhen_theRelayEndsUpKnowingTheTruth() {
    for (long seed = 1; seed <= 50; seed++) {
      var random = new Random(seed);
      var box = new Outbox(3, () -> {});
      List<Watch> some =
          IntStream.rangeClosed(1, 20)
              .mapToObj(id -> new Watch(id, ACCOUNT, new byte[Watch.HASH_LENGTH], box))
              .toList();
      Map<Long, Boolean> truth = new HashMap<>();
      Map<Long, Boolean> known = new HashMap<>();
      for (int step = 0; step < 500; step++) {
        if (random.nextInt(4) == 0) {
          box.next().ifPresent(next -> learn(known, next));
        } else {
          Watch watch = some.get(random.nextInt(some.size()));
          boolean online = random.nextBoolean();
          box.seen(watch, online, false);
          truth.put(watch.id(), online);
        }
      }
      for (Optional<Outbox.Next> n = box.next(); n.isPresent(); n = box.next()) {
        learn(known, n.get());
      }
      assertThat(known).as("seed %d", seed).isEqualTo(truth);
    }
  }

  private static void learn(Map<Long, Boolean> known, Outbox.Next next) {
    Seen seen = ((Outbox.Next.Frame) next).response().getSeen();
    for (long id : seen.getWatchesList()) {
      assertThat(known.put(id, seen.getOnline())).isNotEqualTo(seen.getOnline());
    }
  }

  @Test
  void ofADisplacedDeviceTheHighestNumberStays() {
    outbox.displaced(device(1), 5);
    outbox.displaced(device(1), 9);
    outbox.displaced(device(1), 7);

    assertThat(drain())
        .singleElement()
        .extracting(f -> f.getDisplaced().getConnectionNumber())
        .isEqualTo(9L);
  }

  @Test
  void moreDisplacedDevicesThanTheBound_endTheStream() {
    for (int i = 1; i <= 4; i++) {
      outbox.displaced(device(i), 5);
    }

    assertThat(outbox.ended()).isTrue();
    assertThat(outbox.next().orElseThrow())
        .isInstanceOfSatisfying(
            Outbox.Next.Failed.class,
            end -> assertThat(Statuses.reason(end.why())).contains(Reason.LIMIT_REACHED));
  }

  @Test
  void acknowledgementsGoOutInOrder() {
    for (long batch = 1; batch <= 70; batch++) {
      assertThat(outbox.crowded()).isEqualTo(batch > 64);
      outbox.done(batch);
    }

    assertThat(drain())
        .extracting(f -> f.getDone().getBatch())
        .isSorted()
        .hasSize(70)
        .doesNotHaveDuplicates();
  }

  @Test
  void forgottenWatchIsNotTold() {
    outbox.seen(watches.getFirst(), true, false);
    outbox.forget(watches.getFirst());

    assertThat(drain()).isEmpty();
  }

  private List<AttachResponse> drain() {
    List<AttachResponse> frames = new ArrayList<>();
    for (Optional<Outbox.Next> next = outbox.next(); next.isPresent(); next = outbox.next()) {
      frames.add(((Outbox.Next.Frame) next.get()).response());
    }
    return frames;
  }

  private static DeviceAddress device(int number) {
    return new DeviceAddress(ACCOUNT, new DeviceId(number));
  }
}
