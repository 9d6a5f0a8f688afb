package sotto.client;

/// What two people compare to know that nobody stands between them.
///
/// @param digits 60 digits over both accounts' founding keys, the same on both sides
/// @param qr what a QR code of it holds: both accounts, their founding keys and the heads of their
///   chains
public record SafetyNumber(String digits, String qr) {
  /// The digits in twelve groups of five, a space between.
  public String grouped() {
    return digits.replaceAll("(.{5})(?!$)", "$1 ");
  }
}
