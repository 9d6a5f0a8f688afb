package sotto.bench.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sotto.bench.report.Conditions;
import sotto.bench.report.Report;
import sotto.chain.AccountId;

final class PlanTest {
  /// @param said `INPUT=VALUE`
  static Given given(String... said) {
    Map<Input, String> values = new EnumMap<>(Input.class);
    for (String one : said) {
      String[] parts = one.split("=", 2);
      values.put(Input.valueOf(parts[0]), parts[1]);
    }
    return Given.of(values);
  }

  private static Plan plan(String... said) {
    return Plan.of(given(said));
  }

  @Test
  void naiveDesignFor500Million_isFiveMillionServers_36Petabytes_and18ThousandShards() {
    Naive naive = Naive.of(500e6, 40);

    assertThat(naive.servers()).isEqualTo(5e6);
    assertThat(naive.heartbeats()).isEqualTo(500e6);
    assertThat(naive.bytes()).isEqualTo(36.5e15);
    assertThat(naive.shards()).isEqualTo(18_250);
  }

  @Test
  void messagesOfUsers_becomeEnvelopesOfDevicesAndReceipts() {
    Traffic traffic =
        Traffic.of(
            given(
                "USERS=86400",
                "MESSAGES=10",
                "DEVICES=2",
                "GROUPS=0.5",
                "GROUP_SIZE=5",
                "RECEIPTS=2",
                "OFFLINE=0.1",
                "AWAY=0.1"));

    assertThat(traffic.messages()).isEqualTo(10);
    // 2.5 recipients, 2 receipts of each, one copy to one's own account.
    assertThat(traffic.sends()).isEqualTo(10 * (2.5 + 1) + 50);
    assertThat(traffic.envelopes()).isEqualTo(25 * 2 + 50 * 2 + 10);
    assertThat(traffic.forwards()).isCloseTo(160 * 0.8, within(1e-9));
    assertThat(traffic.streams()).isEqualTo(172_800);
  }

  @Test
  void whatWaits_isWhatArrivesTimesHowLong() {
    Given given =
        given(
            "USERS=86400",
            "MESSAGES=1",
            "DEVICES=1",
            "GROUPS=0",
            "RECEIPTS=0",
            "OFFLINE=0.5",
            "OFFLINE_FOR=100s",
            "AWAY=0.1",
            "RETENTION=30d",
            "COLD_AFTER=10d",
            "MESSAGE_BYTES=400",
            "ROW_OVERHEAD=332",
            "COLD_ROW=32",
            "COLD_OVERHEAD=20");
    Stored stored = Stored.of(given, Traffic.of(given));

    assertThat(stored.waiting()).isCloseTo((50 + 0.1 * 10 * 86_400) * 732, within(1e-3));
    assertThat(stored.cold()).isCloseTo(0.1 * 20 * 86_400 * 32, within(1e-3));
    assertThat(stored.segments()).isCloseTo(0.1 * 20 * 86_400 * 420, within(1e-3));
  }

  @Test
  void withoutColdTier_everythingWaitsInTheShards() {
    Given given = given("COLD_PART=0", "OFFLINE=0");
    Stored stored = Stored.of(given, Traffic.of(given));

    assertThat(stored.segments()).isZero();
    assertThat(stored.waiting())
        .isGreaterThan(Stored.of(given("OFFLINE=0"), Traffic.of(given("OFFLINE=0"))).waiting() * 4);
  }

  @Test
  void twiceTheUsers_needTwiceTheNodes() {
    Plan one = plan("USERS=100M");
    Plan two = plan("USERS=200M");

    for (Role role : Role.values()) {
      Tier before = one.tier(role);
      Tier after = two.tier(role);
      assertThat(after.binding().nodes())
          .as(role.title())
          .isCloseTo(2 * before.binding().nodes(), within(before.binding().nodes() * 1e-9));
    }
    assertThat((double) two.relays().nodes()).isCloseTo(2.0 * one.relays().nodes(), within(1.0));
    assertThat((double) two.presence().nodes())
        .isCloseTo(2.0 * one.presence().nodes(), within(1.0));
  }

  @ParameterizedTest
  @CsvSource({
    "RELAY_MEMORY=4GiB, RELAYS, memory",
    "RELAY_CORES=0.5, RELAYS, processor",
    "RELAY_NETWORK=0.05, RELAYS, network",
    "RELAY_FILES=20000, RELAYS, open files",
    "STORE_CORES=2, STORES, processor",
    "STORE_NETWORK=0.2, STORES, network",
    "SHARD_CORES=4, SHARDS, processor",
    "SHARD_DISK=100GB, SHARDS, disk",
    "SHARD_FSYNCS=5000, SHARDS, fsyncs",
    "SHARD_NETWORK=0.05, SHARDS, network",
    "PRESENCE_MEMORY=2GiB, PRESENCE, memory",
    "PRESENCE_CORES=0.1, PRESENCE, processor",
    "PRESENCE_NETWORK=0.005, PRESENCE, network",
    "BLOB_CORES=1, BLOBS, processor",
    "BLOB_NETWORK=1, BLOBS, network",
  })
  void resourceThatIsScarce_isNamedAsTheOneThatBinds(String scarce, Role role, String resource) {
    Plan plan = plan("USERS=20M", scarce);

    assertThat(plan.tier(role).bound()).isEqualTo(resource);
  }

  @Test
  void smallInstallation_hasTwoOfEach_andOneShard() {
    Plan plan = plan("USERS=100");

    assertThat(plan.tiers()).extracting(Tier::nodes).containsExactly(2L, 2L, 1L, 2L, 2L);
    assertThat(plan.tiers()).extracting(Tier::bound).containsOnly("the least");
    assertThat(plan.machines()).isEqualTo(2 + 2 + 3 + 2 + 2);
  }

  @Test
  void fullestStore_hasRoomForWhatItOwns() {
    Plan plan = plan();
    double load = plan.stores().binding().nodes();

    assertThat(plan.stores().nodes()).isGreaterThan((long) Math.ceil(load));
    assertThat(Owners.fullest(plan.stores().nodes()) * load).isLessThanOrEqualTo(1);
  }

  @Test
  void shards_haveWholeBuckets() {
    assertThat(Owners.shards(0.2)).isEqualTo(1);
    assertThat(Owners.shards(1)).isEqualTo(1);
    assertThat(Owners.shards(1.01)).isEqualTo(2);
    // Each has room for three buckets, and 341 of those are one short.
    assertThat(Owners.shards(300)).isEqualTo(342);
    assertThat(Owners.shards(AccountId.BUCKETS)).isEqualTo(AccountId.BUCKETS);
  }

  @Test
  void moreThanTheBucketsAllow_isRefusedWithASentence() {
    assertThatThrownBy(() -> plan("SHARD_DISK=1GB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no number of shards is enough");
    assertThatThrownBy(() -> plan("STORE_CORES=0.01"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no number of stores is enough");
    assertThatThrownBy(() -> plan("RELAY_MEMORY=100MiB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no number of relays is enough: one has too little memory");
  }

  @ParameterizedTest
  @CsvSource({
    "USERS=0, --users is more than 0",
    "USERS=-5, --users is more than 0",
    "USERS=NaN, --users is a number",
    "TARGET=0, --target is 0.01 to 1",
    "GROUP_SIZE=1, --group-size is 2 or more",
    "DEVICES=0.5, --devices is 1 or more",
    "REPLICAS=2.5, --replicas is a whole number",
    "PEAK=0.5, --peak is 1 or more",
    "PING_EVERY=0, --ping-every is more than 0",
    "OFFLINE=0.99, --offline and --away together are at most 1",
  })
  void inputThatMakesNoSense_isRefusedByItsOption(String said, String why) {
    assertThatThrownBy(() -> given(said))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(why);
  }

  @Test
  void withoutPrices_nothingCosts_andWithSomeOnlyTheseDo() {
    assertThat(Bill.of(plan("USERS=1M")).sum()).isEmpty();
    Plan plan = plan("USERS=1M", "PRICE_OBJECT=0.02");
    Bill bill = Bill.of(plan);

    assertThat(bill.sum()).hasValue(plan.stored().objects() / 1e9 * 0.02);
    assertThat(bill.items().stream().filter(item -> item.cost().isPresent())).hasSize(1);
  }

  @Test
  void growthBeyondWhatIsPossible_isARowThatSaysSo() {
    String page = written("USERS=1M", "SHARD_DISK=50GB");

    assertThat(page).contains("| 500 | no number is enough |").contains("| 1 | 3 | 2 |");
  }

  @Test
  void assumptionsAndMeasurements_areToldApartInTheReport() {
    assertThat(written("PING_CPU=5us"))
        .contains("| --open-cpu | 2ms |")
        .contains("**assumed**")
        .contains("measured: docs/performance.md, *Idle streams at a relay*")
        .contains("| --ping-cpu | 5us | And for a ping with its pong. | given, default 20us |")
        .doesNotContain("### A month");
  }

  private static String written(String... said) {
    Report report = new Report("capacity", Conditions.now(Clock.systemUTC(), Path.of("."), ""));
    new CapacityReport(given(said)).write(report);
    return report.markdown();
  }

  @Test
  void noPrice_hasADefault() {
    assertThat(Arrays.stream(Input.values()))
        .allMatch(i -> i.standard().isPresent() == (i.section() != Input.Section.PRICES));
  }

  @Test
  void limitsOfTheCode_areNamedWhereTheyAreMet() {
    assertThat(Limits.of(plan("USERS=1000"))).isEmpty();
    assertThat(Limits.of(plan()))
        .anyMatch(said -> said.contains("relay.max-streams"))
        .anyMatch(said -> said.contains("never measured"));
    assertThat(Limits.of(plan("RELAY_MEMORY=8GiB")))
        .anyMatch(said -> said.contains("presence.max-relays"));
  }
}
