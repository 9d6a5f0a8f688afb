package sotto.blob.quota;

final class CountedQuotaTest implements KeptQuotaContract {
  private final CountedQuota quota = new CountedQuota(LIMIT);

  @Override
  public KeptQuota quota() {
    return quota;
  }
}
