package sotto.client.internal.store;

/// What the store's key comes from.
public sealed interface Secret {
  /// A passphrase.
  ///
  /// @param chars its characters; wiped when the key has been derived
  @SuppressWarnings("ArrayRecordComponent")
  record Text(char[] chars) implements Secret {
    @Override
    public String toString() {
      return "Text[" + chars.length + "]";
    }
  }

  /// The key itself.
  ///
  /// @param key 32 bytes
  @SuppressWarnings("ArrayRecordComponent")
  record Raw(byte[] key) implements Secret {
    @Override
    public String toString() {
      return "Raw[" + key.length + "]";
    }
  }
}
