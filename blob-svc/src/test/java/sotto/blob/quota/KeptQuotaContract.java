package sotto.blob.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sotto.blob.BlobName;
import sotto.blob.BlobStoreContract;
import sotto.blob.Shelf;
import sotto.chain.AccountId;

/// What every [KeptQuota] of [#LIMIT] bytes does.
interface KeptQuotaContract {
  /// Of each account.
  long LIMIT = 1_000;

  /// Whose room is taken.
  AccountId ALICE = new AccountId(1, 2);

  /// Somebody else.
  AccountId BOB = new AccountId(3, 4);

  /// One for one test, of which nothing is taken.
  KeptQuota quota();

  @Test
  default void roomIsTakenUpToTheLimit_byEachAccount() {
    assertThat(reserve(ALICE, 1, LIMIT)).isTrue();

    assertThat(quota().reserve(ALICE, name(2), 1)).isEqualTo(new KeptQuota.Outcome.NoRoom(LIMIT));
    assertThat(reserve(BOB, 2, LIMIT)).isTrue();
  }

  @Test
  default void sameBlob_takesItsRoomOnce() {
    for (int i = 0; i < 3; i++) {
      assertThat(reserve(ALICE, 1, 600)).isTrue();
    }

    assertThat(reserve(ALICE, 2, 400)).isTrue();
    assertThat(reserve(ALICE, 3, 1)).isFalse();
  }

  @Test
  default void roomThatIsGivenBack_isThereAgain_andOnlyOnce() {
    reserve(ALICE, 1, 600);
    reserve(ALICE, 2, 400);
    quota().release(ALICE, name(1));
    quota().release(ALICE, name(1));
    quota().release(ALICE, name(9));
    quota().release(BOB, name(2));

    assertThat(reserve(ALICE, 3, 601)).isFalse();
    assertThat(reserve(ALICE, 3, 600)).isTrue();
  }

  private boolean reserve(AccountId account, int blob, long bytes) {
    return quota().reserve(account, name(blob), bytes) instanceof KeptQuota.Outcome.Reserved;
  }

  /// The name of a blob.
  static BlobName name(int number) {
    return BlobStoreContract.name(Shelf.KEPT, number);
  }
}
