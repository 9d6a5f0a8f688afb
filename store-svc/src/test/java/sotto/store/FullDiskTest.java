package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What a store does when the disk of its embedded database is full.
final class FullDiskTest {
  private static final int LARGE = 90_000;

  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void fullDisk_isAgainWithNothingHalfDoneAndRecovers() throws Exception {
    rig.addDevice(bob);
    try (Appender relay = rig.appender()) {
      assertThat(relay.one(large(1)).hasAppended()).isTrue();
      rig.dialect.room(30);
      // One device's envelope would still fit.
      assertThat(relay.one(large(2)).hasAgain()).isTrue();
      rig.dialect.room(0);
      assertThatThrownBy(
              () -> rig.accounts().register(Rig.registration(TestAccount.found(5), "carol")))
          .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.STORAGE_FULL));
      assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isEqualTo(2);
      assertThat(rig.read(bob, 2, 0).getDeliveriesCount()).isEqualTo(1);
      rig.dialect.room(10_000);
      assertThat(relay.one(large(2)).hasAppended()).isTrue();
      rig.register(5, "carol");
      assertThat(rig.count("SELECT COUNT(*) FROM inbox")).isEqualTo(4);
    }
  }

  private Append.Builder large(long n) {
    Append.Builder append = rig.append(bob, n);
    append
        .getDevicesBuilderList()
        .forEach(d -> d.setEnvelope(ByteString.copyFrom(new byte[LARGE])));
    return append;
  }
}
