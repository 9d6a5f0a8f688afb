package sotto.chain;

import java.util.Comparator;

/// One device of one account.
///
/// @param account the account
/// @param device the device within it
public record DeviceAddress(AccountId account, DeviceId device)
    implements Comparable<DeviceAddress> {
  private static final Comparator<DeviceAddress> ORDER =
      Comparator.comparing(DeviceAddress::account).thenComparing(DeviceAddress::device);

  @Override
  public int compareTo(DeviceAddress other) {
    return ORDER.compare(this, other);
  }

  /// Account and number with a full stop between, such as `00112233445566778899aabbccddeeff.1`.
  @Override
  public String toString() {
    return account + "." + device;
  }
}
