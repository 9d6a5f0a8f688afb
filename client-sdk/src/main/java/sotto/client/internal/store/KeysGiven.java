package sotto.client.internal.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;

/// Who has, or may have, the sender key that this device uses in a group now.
public final class KeysGiven {
  /// How far giving it has come.
  public enum State {
    /// It is on its way, or was given to other devices than the account has now.
    ON_ITS_WAY,
    /// The account's devices have it in their mailboxes.
    GIVEN,
    /// It cannot be given.
    FAILED
  }

  /// What is known of one account.
  ///
  /// @param state how far it is
  /// @param turn when it was made, counted by [#nextTurn]: what was encrypted before then cannot be
  ///   read with it
  /// @param chainSequence the sequence of the account's chain whose devices have it
  /// @param devices those that may have it
  public record Given(State state, long turn, long chainSequence, List<DeviceId> devices) {}

  private final Sql sql;

  KeysGiven(Sql sql) {
    this.sql = sql;
  }

  /// Counts the times that the key was given to somebody. What is encrypted from then on can be
  /// read by all who have been given it so far.
  public long nextTurn(long contact) {
    sql.update("UPDATE chat_group SET keys_given = keys_given + 1 WHERE contact = ?", contact);
    return turn(contact);
  }

  /// The last of those times.
  public long turn(long contact) {
    return sql.number("SELECT keys_given FROM chat_group WHERE contact = ?", contact);
  }

  /// All accounts of a group that it was given to, or is on its way to.
  public Map<AccountId, Given> of(long contact) {
    record Entry(AccountId account, Given given) {}
    Map<AccountId, Given> all = new HashMap<>();
    sql.list(
            "SELECT account_id, state, turn, chain_sequence, devices FROM group_key_given WHERE contact ="
                + " ?",
            r ->
                new Entry(
                    new AccountId(r.bytes(1)),
                    new Given(
                        Codes.keyState(r.integer(2)),
                        r.number(3),
                        r.number(4),
                        devices(r.bytes(5)))),
            contact)
        .forEach(entry -> all.put(entry.account(), entry.given()));
    return all;
  }

  /// Keeps what is known of an account.
  public void put(long contact, AccountId account, Given given) {
    byte[] devices = new byte[given.devices().size()];
    for (int i = 0; i < devices.length; i++) {
      devices[i] = (byte) given.devices().get(i).number();
    }
    sql.update(
        "INSERT INTO group_key_given(contact, account_id, state, turn, chain_sequence, devices)"
            + " VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(contact, account_id) DO UPDATE SET state ="
            + " excluded.state, turn = excluded.turn, chain_sequence = excluded.chain_sequence, devices ="
            + " excluded.devices",
        contact,
        account,
        Codes.of(given.state()),
        given.turn(),
        given.chainSequence(),
        devices);
  }

  private static List<DeviceId> devices(byte[] numbers) {
    List<DeviceId> devices = new ArrayList<>(numbers.length);
    for (byte number : numbers) {
      devices.add(new DeviceId(number));
    }
    return devices;
  }
}
