package sotto.relay.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Status;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.Moved;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.relay.time.Wheel;

class RoutesTest {
  private static final int BUCKET = 7;
  private final Throwable silence = Status.UNAVAILABLE.asRuntimeException();

  private final Set<String> down = new HashSet<>();
  private final Wheel wheel = new Wheel(10, 0);
  private PodList list = new PodList(List.of("a:1", "b:1", "c:1"));
  private final Routes routes =
      new Routes(
          new Pods() {
            @Override
            public PodList list() {
              return list;
            }

            @Override
            public void onChange(Runnable listener) {}

            @Override
            public Channel channel(String name) {
              return Pods.none().channel(name);
            }

            @Override
            public boolean isDown(String name) {
              return down.contains(name);
            }
          },
          wheel);
  private final List<String> ranked = list.ranked(BUCKET);
  private final Route first = Route.to(ranked.get(0));
  private final Route second = Route.to(ranked.get(1));
  private final Route third = Route.to(ranked.get(2));

  @Test
  void withoutKnowledge_theListDecides_andPodsThatAreDownAreLeftOut() {
    assertThat(routes.of(BUCKET)).isEqualTo(first);
    down.add(first.pod());
    assertThat(routes.of(BUCKET)).isEqualTo(second);
  }

  @Test
  void withoutPods_callsGoNowhere_andFail() {
    list = PodList.EMPTY;

    assertThat(routes.of(BUCKET)).isEqualTo(Route.NOWHERE);
    assertThat(routes.any()).isEqualTo(Route.NOWHERE);
    assertThat(routes.channel(Route.NOWHERE)).isNotNull();
  }

  @Test
  void owner_isWhomAStoreNames_orWhoAnswersAsOne_whateverTheListSays() {
    routes.moved(BUCKET, first, "elsewhere:9/start");
    assertThat(routes.of(BUCKET)).isEqualTo(Route.to("elsewhere:9"));

    routes.owns(BUCKET, third);
    list = new PodList(List.of(first.pod()));
    assertThat(routes.of(BUCKET)).isEqualTo(third);
    assertThat(routes.of(BUCKET + 1)).isEqualTo(first);
  }

  @Test
  void nameThatIsNone_isNotFollowed() {
    routes.moved(BUCKET, first, "garbage/start");

    assertThat(routes.of(BUCKET)).isEqualTo(first);
  }

  @Test
  void podThatLeaves_isLeftOutForThisBucket_forAWhile() {
    routes.owns(BUCKET, first);
    routes.moved(BUCKET, first, "");
    assertThat(routes.of(BUCKET)).isEqualTo(second);

    wheel.advanceTo(Routes.LEAVING_MILLIS);
    assertThat(routes.of(BUCKET)).isEqualTo(first);
  }

  @Test
  void whenAllLeave_oneIsAskedAllTheSame() {
    for (var pod : List.of(first, second, third)) {
      routes.moved(BUCKET, pod, "");
    }

    assertThat(routes.of(BUCKET)).isEqualTo(first);
  }

  @Test
  void ownerThatIsSilentHere_isReachedThroughWhoNamedIt_whoIsAskedItselfWhenThatFails() {
    var through = new Route(third.pod(), first.pod());
    routes.moved(BUCKET, first, third.pod() + "/start");
    assertThat(routes.failed(third, silence)).isTrue();
    assertThat(routes.of(BUCKET)).isEqualTo(through);

    // The pod between says that it does not reach it.
    assertThat(routes.failed(through, Statuses.of(Reason.UNAVAILABLE, "silent"))).isTrue();
    assertThat(routes.of(BUCKET)).isEqualTo(first);
    routes.owns(BUCKET, first);
    assertThat(routes.of(BUCKET)).isEqualTo(first);
    wheel.advanceTo(Routes.SILENT_MILLIS);
    assertThat(routes.of(BUCKET)).isEqualTo(first);
  }

  @Test
  void silentOwner_isTriedByOneAgain_thenByAll() {
    routes.moved(BUCKET, first, third.pod() + "/start");
    routes.failed(third, silence);
    down.add(third.pod());

    wheel.advanceTo(Routes.SILENT_MILLIS);
    assertThat(routes.of(BUCKET)).isEqualTo(third);
    assertThat(routes.of(BUCKET)).isEqualTo(new Route(third.pod(), first.pod()));

    down.clear();
    routes.owns(BUCKET, third);
    assertThat(List.of(routes.of(BUCKET), routes.of(BUCKET))).containsOnly(third);
  }

  @Test
  void answerWithAReason_isNoSilence_butThatOfALeavingPodIs() {
    assertThat(routes.failed(first, Statuses.of(Reason.UNAVAILABLE, "the database"))).isFalse();
    assertThat(routes.failed(first, Statuses.of(Reason.STORAGE_FULL, "full"))).isFalse();
    assertThat(routes.of(BUCKET)).isEqualTo(first);
    assertThat(routes.failed(first, Statuses.of(Reason.SHUTTING_DOWN, "leaving"))).isTrue();
    assertThat(routes.of(BUCKET)).isEqualTo(second);
  }

  @Test
  void callThatTakesTooLong_isSilence_onlyIfNothingElseWasHeardOfThePod() {
    var late = Status.DEADLINE_EXCEEDED.asRuntimeException();
    routes.answered(first);
    assertThat(routes.failed(first, late)).isFalse();
    assertThat(routes.of(BUCKET)).isEqualTo(first);

    wheel.advanceTo(3_000);
    assertThat(routes.failed(first, late)).isTrue();
    assertThat(routes.of(BUCKET)).isEqualTo(second);
  }

  @Test
  void whenNobodyAnswers_theFirstIsAskedAllTheSame() {
    down.addAll(ranked);
    assertThat(routes.of(BUCKET)).isEqualTo(first);
    routes.owns(BUCKET, second);
    routes.failed(second, silence);
    assertThat(routes.of(BUCKET)).isEqualTo(second);
  }

  @Test
  void callsAboutNobody_goToAllPodsThatAnswer() {
    down.add("b:1");

    assertThat(IntStream.range(0, 6).mapToObj(_ -> routes.any().pod()))
        .contains("a:1", "c:1")
        .doesNotContain("b:1");
  }

  @Test
  void epoch_isThatOfTheNewestAnswer_andUnknownAfterMoved() {
    routes.heard(BUCKET, first, appended(5));
    routes.heard(BUCKET, second, appended(6));
    // An answer of the owner before, that was long on its way.
    routes.heard(BUCKET, first, appended(5));
    assertThat(routes.epoch(BUCKET)).isEqualTo(6);

    routes.heard(
        BUCKET,
        second,
        AppendResult.newBuilder().setMoved(Moved.newBuilder().setOwner("x:1")).build());
    assertThat(routes.epoch(BUCKET)).isZero();
  }

  private static AppendResult appended(long epoch) {
    return AppendResult.newBuilder()
        .setEpoch(epoch)
        .setAppended(Appended.getDefaultInstance())
        .build();
  }
}
