package sotto.client;

/// What a server's operator gave to somebody who may register there. Good for one account.
///
/// @param code as it was given, 1 to 64 bytes; capitals, spaces and hyphens do not matter
public record Invite(String code) {
  private static final int LONGEST = 64;

  /// Checks the bounds.
  ///
  /// @throws SottoException INVALID_INPUT
  public Invite {
    int length = code.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (code.isBlank() || length > LONGEST) {
      throw SottoException.invalid("invite", "An invite has 1 to " + LONGEST + " characters.");
    }
  }

  @Override
  public String toString() {
    return "Invite[" + code.length() + " characters]";
  }
}
