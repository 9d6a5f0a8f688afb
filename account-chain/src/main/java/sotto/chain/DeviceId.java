package sotto.chain;

/// The number of a device within its account, 1 to 127, never given twice.
///
/// @param number 1 to 127
public record DeviceId(int number) implements Comparable<DeviceId> {
  /// The device that founds an account.
  public static final DeviceId FIRST = new DeviceId(1);

  /// The highest number.
  public static final int MAX = 127;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException if the number is not 1 to 127
  public DeviceId {
    if (!valid(number)) {
      throw new IllegalArgumentException("a device number is 1 to 127, not " + number);
    }
  }

  /// Whether the number can be a device's.
  public static boolean valid(int number) {
    return number >= 1 && number <= MAX;
  }

  @Override
  public int compareTo(DeviceId other) {
    return Integer.compare(number, other.number);
  }

  /// The number in decimal.
  @Override
  public String toString() {
    return Integer.toString(number);
  }
}
