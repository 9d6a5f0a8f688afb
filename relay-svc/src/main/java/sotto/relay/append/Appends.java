package sotto.relay.append;

import sotto.chain.AccountId;
import sotto.mailbox.v1.Append;

/// Where lanes hand their appends over: the stream to the owner of an account.
public interface Appends {
  /// Hands one append over; those of one lane leave in the order of the calls.
  ///
  /// @param append without its request number
  /// @param listener told the outcome later, never before this returns
  void append(Append append, AppendListener listener);

  /// The epoch of the account's bucket as last heard.
  ///
  /// @return 0 when it is not known
  long knownEpoch(AccountId account);
}
