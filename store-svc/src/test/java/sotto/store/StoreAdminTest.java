package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.admin.v1.BucketOwner;
import sotto.admin.v1.CountMailboxesRequest;
import sotto.admin.v1.CountMailboxesResponse;
import sotto.admin.v1.ListBucketsRequest;
import sotto.admin.v1.MailboxAge;
import sotto.admin.v1.RunRetentionRequest;
import sotto.admin.v1.RunRetentionResponse;
import sotto.admin.v1.StoreAdminServiceGrpc;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;

final class StoreAdminTest {
  // "envelope 1"
  private static final int SIZE = 10;

  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;
  private InternalServer server;
  private ManagedChannel channel;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
    server =
        InternalServer.start(
            UUID.randomUUID().toString(), rig.store().adminServices(), Telemetry.none());
    channel = server.newChannel();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
    rig.close();
  }

  private StoreAdminServiceGrpc.StoreAdminServiceBlockingStub admin() {
    return StoreAdminServiceGrpc.newBlockingStub(channel);
  }

  private CountMailboxesResponse count(boolean anew) {
    return admin().countMailboxes(CountMailboxesRequest.newBuilder().setAnew(anew).build());
  }

  private RunRetentionResponse run() {
    var steps = new ArrayList<RunRetentionResponse>();
    admin().runRetention(RunRetentionRequest.getDefaultInstance()).forEachRemaining(steps::add);
    return steps.getLast();
  }

  private void append(int from, int to) throws Exception {
    try (var appender = rig.appender()) {
      for (var n = from; n <= to; n++) {
        assertThat(appender.one(rig.append(bob, n)).hasAppended()).isTrue();
      }
    }
  }

  @Test
  void everyBucket_isListedOnceWithItsOwnerAndEpoch() throws Exception {
    append(1, 1);
    var buckets = admin().listBuckets(ListBucketsRequest.getDefaultInstance()).getBucketsList();
    assertThat(buckets).extracting(BucketOwner::getBucket).hasSize(AccountId.BUCKETS).isSorted();
    var bobs = buckets.get(bob.id().bucket());
    assertThat(bobs.getOwner()).matches("store-0/[0-9a-f]{16}");
    assertThat(bobs.getEpoch()).isPositive();
  }

  @Test
  void whatWaits_isCountedByAgeWithItsBytes_whenItIsAskedForAnew() throws Exception {
    append(1, 3);
    rig.clock.pass(Duration.ofHours(2));
    append(4, 4);
    assertThat(count(false).getAgesList()).allMatch(age -> age.getEnvelopes() == 0);
    var counted = count(true);
    assertThat(counted.getAgesList())
        .containsExactly(
            age(Duration.ofMinutes(1), 1),
            age(Duration.ofHours(1), 0),
            age(Duration.ofDays(1), 3),
            age(Duration.ofDays(7), 0),
            age(Duration.ZERO, 0));
    assertThat(counted.getOldest()).isEqualTo(rig.clock.millis() - Duration.ofHours(2).toMillis());
    assertThat(counted.getBucketsCounted()).isEqualTo(counted.getBuckets()).isPositive();
    assertThat(count(false)).isEqualTo(counted);
  }

  private static MailboxAge age(Duration upTo, int envelopes) {
    return MailboxAge.newBuilder()
        .setUpToMs(upTo.toMillis())
        .setEnvelopes(envelopes)
        .setBytes((long) envelopes * SIZE)
        .build();
  }

  @Test
  void retention_expiresAtOnceWhatHasOutlivedItsTime() throws Exception {
    append(1, 2);
    assertThat(run().getProgress().getExpired()).isZero();
    rig.clock.pass(Duration.ofDays(31));
    var end = run().getProgress();
    assertThat(end.getExpired()).isEqualTo(2);
    assertThat(end.getDone()).isEqualTo(end.getBuckets()).isPositive();
    assertThat(rig.mailbox(bob, 1)).isEmpty();
  }

  @Test
  void retention_movesWhatIsOldToTheColdTier() throws Exception {
    append(1, 2);
    rig.clock.pass(Duration.ofDays(8));
    var end = run().getProgress();
    assertThat(end.getColdSteps()).isPositive();
    assertThat(end.getExpired()).isZero();
    assertThat(count(true).getAgesList()).allMatch(age -> age.getEnvelopes() == 0);
    assertThat(rig.mailbox(bob, 1)).hasSize(2);
  }

  @Test
  void measures_countWhatIsStored() throws Exception {
    append(1, 2);
    assertThat(rig.store().forOperators().measure("sotto.store.envelopes")).isEqualTo(2);
    assertThat(rig.store().forOperators().troubles().get()).isEmpty();
  }
}
