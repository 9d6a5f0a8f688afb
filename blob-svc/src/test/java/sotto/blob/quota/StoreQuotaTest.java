package sotto.blob.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.proto.Reason;
import sotto.proto.Statuses;

final class StoreQuotaTest implements KeptQuotaContract {
  private final StorePods stores = new StorePods("a:1", "b:1", "c:1");
  private final StoreQuota quota = new StoreQuota(stores, LIMIT);

  @AfterEach
  void close() {
    stores.close();
  }

  @Override
  public KeptQuota quota() {
    return quota;
  }

  @Test
  void ownerIsFoundFromAnyPod_andAskedAtOnceTheNextTime() {
    for (String owner : stores.list().names()) {
      stores.owner = owner;
      assertThat(reserved()).isTrue();
      assertThat(stores.asked.size()).isBetween(1, 2);
      stores.asked.clear();

      assertThat(reserved()).isTrue();
      assertThat(stores.asked).containsExactly(owner);
      stores.asked.clear();
    }
  }

  @Test
  void deadOwnersSuccessor_isFoundWithinOneCall() {
    for (String dead : stores.list().names()) {
      stores.owner = dead;
      assertThat(reserved()).isTrue();
      stores.dead = dead;
      stores.owner = stores.list().names().stream().filter(n -> !n.equals(dead)).findFirst().get();

      assertThat(reserved()).as("%s is dead", dead).isTrue();
      stores.dead = "";
    }
  }

  @Test
  void nobodyOwnsTheAccount_isUnavailableWithATimeToWait() {
    stores.owner = "";
    var failure = catchThrowable(this::reserved);

    assertThat(Statuses.reason(failure)).contains(Reason.UNAVAILABLE);
    assertThat(Statuses.retryAfter(failure)).isPresent();
    assertThat(stores.asked).hasSize(3);
  }

  @Test
  void podsThatNameEachOtherWithoutEnd_areLeftAlone() {
    stores.owner = "nowhere:1";
    var failure = catchThrowable(this::reserved);

    assertThat(Statuses.reason(failure)).contains(Reason.UNAVAILABLE);
    assertThat(stores.asked.size()).isLessThanOrEqualTo(6);
  }

  @Test
  void unknownAccount_isRefused() {
    stores.known = false;

    assertThat(Statuses.reason(catchThrowable(this::reserved))).contains(Reason.CALLER_NOT_ALLOWED);
  }

  private boolean reserved() {
    return quota.reserve(ALICE, KeptQuotaContract.name(1), 10)
        instanceof KeptQuota.Outcome.Reserved;
  }
}
