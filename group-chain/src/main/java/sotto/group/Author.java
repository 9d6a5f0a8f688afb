package sotto.group;

import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.chain.LinkHash;

/// Who signs a change, and the head of his account's chain as he knew it when he signed.
///
/// @param account whose change it is
/// @param device the device that signs
/// @param sequence the sequence of the last link, 0 to 2³² - 1
/// @param head the hash of the last link
public record Author(AccountId account, DeviceId device, long sequence, LinkHash head) {
  static final long MAX_SEQUENCE = 0xffff_ffffL;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException if the sequence is out of them
  public Author {
    if (sequence < 0 || sequence > MAX_SEQUENCE) {
      throw new IllegalArgumentException("sequence out of bounds");
    }
  }
}
