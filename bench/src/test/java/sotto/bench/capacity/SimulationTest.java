package sotto.bench.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import sotto.mesh.PodList;

final class SimulationTest {
  private static final int SAMPLE = 20_000;

  private static Simulation simulated(long seed, String... said) {
    return Simulation.of(Plan.of(PlanTest.given(said)), seed, SAMPLE, _ -> {});
  }

  @Test
  void sameSeed_givesTheSameFigures_andAnotherSeedOthers() {
    assertThat(simulated(1, "USERS=20M")).isEqualTo(simulated(1, "USERS=20M"));
    assertThat(simulated(1, "USERS=20M")).isNotEqualTo(simulated(2, "USERS=20M"));
  }

  @Test
  void accountsOnPresencePods_lieAsEvenlyAsDice() {
    Spread accounts = simulated(1).spreads().get(1);

    assertThat(accounts.what()).isEqualTo("accounts on presence pods");
    assertThat(accounts.evenness()).isBetween(0.5, 1.5);
    assertThat(accounts.fullest()).isBetween(1.0, 1.25);
    assertThat(accounts.ofAll()).isBetween(1.0, 1.01);
  }

  @Test
  void fullestStore_hasFarMoreThanTheMean_becauseBucketsAreFew() {
    Spread stores = simulated(1).spreads().getFirst();

    assertThat(stores.drawn()).isEqualTo(1024);
    assertThat(stores.fullest()).isBetween(1.5, 4.0).isEqualTo(stores.ofAll());
  }

  @Test
  void nodeThatComesOrGoes_movesAboutItsShare() {
    for (Simulation.Move move : simulated(1, "USERS=50M").moves()) {
      assertThat(move.moved()).as(move.what()).isCloseTo(move.least(), within(0.5 * move.least()));
    }
  }

  @Test
  void whatMovesWhenAPodJoins_movesToThatPod() {
    PodList before = Owners.pods("store", 20);
    PodList after = Owners.pods("store", 21);
    List<List<String>> then = new ArrayList<>();
    List<List<String>> now = new ArrayList<>();
    for (int bucket = 0; bucket < 1024; bucket++) {
      then.add(before.ranked(bucket, 1));
      now.add(after.ranked(bucket, 1));
    }

    assertThat(Spread.moved(then, now)).isBetween(0.03, 0.07);
    for (int bucket = 0; bucket < 1024; bucket++) {
      assertThat(now.get(bucket))
          .isSubsetOf(then.get(bucket).getFirst(), "sotto-store-20.store:7711");
    }
  }

  @Test
  void presenceLoad_isWhatTheModelSays() {
    for (PresenceLoad.Load load : simulated(1).presence().loads()) {
      assertThat(load.drawn())
          .as(load.what())
          .isCloseTo(load.planned(), within(load.planned() * 0.03));
    }
  }

  @Test
  void writersThatAreMany_gatherFewRowsForACommit() {
    // 1.28 million rows a second over 17 stores of 4 writers, or of 40.
    assertThat(simulated(1, "USERS=100M").rowsOfCommit()).isBetween(60.0, 90.0);
    assertThat(simulated(1, "USERS=100M", "WRITERS=40").rowsOfCommit()).isBetween(6.0, 9.0);
    assertThat(simulated(1, "USERS=100").rowsOfCommit()).isBetween(1.0, 1.01);
  }

  @Test
  void relaysOfALargeInstallation_areAllLinked_andABatchCarriesOneForward() {
    Fan fan = Fan.drawn(new SplittableRandom(1), 1_000, 5_000);

    assertThat(fan.linksAlive()).isEqualTo(999);
    assertThat(fan.linksInSecond()).isBetween(980.0, 999.0);
    assertThat(fan.here()).isCloseTo(0.001, within(0.0005));
    assertThat(fan.atOnce()).isBetween(1.0, 1.01);
    assertThat(fan.in100ms()).isBetween(1.1, 1.6);
  }

  @Test
  void twoRelays_gatherForwardsInBatches() {
    Fan fan = Fan.drawn(new SplittableRandom(1), 2, 5_000);

    assertThat(fan.here()).isCloseTo(0.5, within(0.02));
    // 2,500 a second go to the one other.
    assertThat(fan.in10ms()).isCloseTo(25, within(1.0));
  }

  @Test
  void relaysWithoutForwards_haveNoLinks() {
    Fan fan = Fan.drawn(new SplittableRandom(1), 10, 0);

    assertThat(fan.linksAlive()).isZero();
    assertThat(fan.atOnce()).isZero();
  }
}
