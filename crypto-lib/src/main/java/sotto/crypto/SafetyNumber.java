package sotto.crypto;

import java.util.List;
import java.util.stream.IntStream;
import org.signal.libsignal.protocol.IdentityKey;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.fingerprint.NumericFingerprintGenerator;
import sotto.chain.AccountId;

/// Sixty digits that two people compare to know that they see the same two accounts: Signal's
/// numeric fingerprint (version 2, 5,200 rounds of SHA-512 for each side) over account ids and the
/// identity keys of the two link 0.
///
/// Equal digits say that the accounts are the same, not that both know the same devices:
/// [SafetyCode] says that too.
///
/// @param digits 60 decimal digits
public record SafetyNumber(String digits) {
  private static final int VERSION = 2;
  private static final int ROUNDS = 5200;
  private static final int LENGTH = 60;
  private static final int GROUP = 5;

  /// Checks the digits.
  ///
  /// @throws IllegalArgumentException if they are not 60 decimal digits
  public SafetyNumber {
    if (!digits.matches("[0-9]{" + LENGTH + "}")) {
      throw new IllegalArgumentException("a safety number has 60 digits");
    }
  }

  /// The number of two accounts, the same whichever comes first.
  ///
  /// @param accountA one account
  /// @param link0KeyA the 33-byte identity key in its link 0
  /// @param accountB the other account
  /// @param link0KeyB the 33-byte identity key in its link 0
  /// @throws IllegalArgumentException if a key is none
  public static SafetyNumber of(
      AccountId accountA, byte[] link0KeyA, AccountId accountB, byte[] link0KeyB) {
    try {
      return new SafetyNumber(
          new NumericFingerprintGenerator(ROUNDS)
              .createFor(
                  VERSION,
                  accountA.bytes(),
                  new IdentityKey(link0KeyA),
                  accountB.bytes(),
                  new IdentityKey(link0KeyB))
              .getDisplayableFingerprint()
              .getDisplayText());
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("not an identity key", e);
    }
  }

  /// Twelve groups of five digits.
  public List<String> groups() {
    return IntStream.range(0, LENGTH / GROUP)
        .mapToObj(n -> digits.substring(n * GROUP, (n + 1) * GROUP))
        .toList();
  }

  /// The groups with spaces between.
  @Override
  public String toString() {
    return String.join(" ", groups());
  }
}
