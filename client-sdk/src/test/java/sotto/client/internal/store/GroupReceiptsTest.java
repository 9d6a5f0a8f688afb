package sotto.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.client.Passphrase;
import sotto.client.Status;

final class GroupReceiptsTest {
  private static final long MESSAGE = 1;
  private static final AccountId BOB = account(1);
  private static final AccountId CAROL = account(2);

  @TempDir Path folder;
  private Store store;
  private GroupReceipts receipts;

  @BeforeEach
  void open() {
    Secret key = new Secret.Raw(new byte[Passphrase.KEY_LENGTH]);
    store = Store.open(folder.resolve("home"), key, new SecureRandom(), Clock.systemUTC());
    receipts = store.groupReceipts();
    receipts.sent(MESSAGE, 1, 2);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static AccountId account(int number) {
    byte[] id = new byte[AccountId.LENGTH];
    id[0] = (byte) number;
    return new AccountId(id);
  }

  private Optional<Status> all() {
    return receipts.of(MESSAGE).flatMap(GroupReceipts.Counts::all);
  }

  @Test
  void memberThatItDoesNotGoTo_isNotWaitedFor() {
    receipts.add(MESSAGE, BOB, Status.DELIVERED, 1);
    assertThat(all()).isEmpty();
    receipts.failed(MESSAGE, CAROL, true, 2);
    assertThat(all()).contains(Status.DELIVERED);
    assertThat(receipts.members(MESSAGE))
        .hasEntrySatisfying(CAROL, said -> assertThat(said.status()).isEqualTo(Status.FAILED));
  }

  @Test
  void memberThatHasItNevertheless_isCountedOnce() {
    receipts.failed(MESSAGE, CAROL, true, 1);
    receipts.add(MESSAGE, BOB, Status.DELIVERED, 2);
    receipts.add(MESSAGE, CAROL, Status.READ, 3);
    receipts.failed(MESSAGE, CAROL, true, 4);
    assertThat(all()).contains(Status.DELIVERED);
    receipts.add(MESSAGE, BOB, Status.READ, 5);
    assertThat(all()).contains(Status.READ);
  }

  @Test
  void messageThatIsTriedAnew_waitsForWhomItDidNotGoToBefore() {
    receipts.failed(MESSAGE, CAROL, true, 1);
    receipts.anew(MESSAGE);
    receipts.sent(MESSAGE, 1, 2);
    receipts.add(MESSAGE, BOB, Status.DELIVERED, 2);
    assertThat(all()).isEmpty();
    receipts.add(MESSAGE, CAROL, Status.DELIVERED, 3);
    assertThat(all()).contains(Status.DELIVERED);
  }
}
