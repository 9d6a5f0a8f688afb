package sotto.client.internal.net;

/// Where the token of a call comes from. Safe for many threads.
public interface TokenSource {
  /// A token that is good now.
  ///
  /// @throws sotto.client.SottoException REFUSED if the server gives none
  String get();

  /// Forgets a token that was refused.
  void drop(String refused);
}
