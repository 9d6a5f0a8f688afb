package sotto.store.account;

import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.account.v1.DeviceRegistration;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Link;
import sotto.chain.Refusal;
import sotto.store.decision.Decision;
import sotto.store.keys.PreKeys;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.AccountState;
import sotto.store.write.Batch;
import sotto.store.write.Writers;

/// Appends links to chains (protocol A1). The chain is read and the link checked outside the
/// writer; then one transaction compares sequence and head with what was checked, and writes the
/// link and all that follows from it (protocol L5).
final class ChainGrowth {
  private static final Logger LOG = LoggerFactory.getLogger(ChainGrowth.class);
  private static final int TRIES = 5;
  private static final long ROW = 8_192;

  /// What a link came to.
  sealed interface Outcome {}

  /// It is in the chain.
  ///
  /// @param sequence the chain's sequence now
  record Appended(long sequence) implements Outcome {}

  /// It is not.
  ///
  /// @param reason why, for people and logs
  /// @param sequence the chain's sequence
  record Refused(String reason, long sequence) implements Outcome {}

  private final AccountReads reads;
  private final Writers writers;
  private final Readers readers;
  private final Ending ending;

  ChainGrowth(AccountReads reads, Writers writers, Readers readers, Ending ending) {
    this.reads = reads;
    this.writers = writers;
    this.readers = readers;
    this.ending = ending;
  }

  /// Appends a link that adds a device.
  Outcome addDevice(AccountId account, byte[] link, DeviceRegistration device) {
    if (!PreKeys.areWellFormed(device)) {
      return new Refused("MALFORMED_KEY", 0);
    }
    if (Decision.disabled(readers, account)) {
      return new Refused("ACCOUNT_DISABLED", 0);
    }
    return append(account, link, Optional.of(device));
  }

  /// Appends a link that adds none.
  Outcome append(AccountId account, byte[] link) {
    return append(account, link, Optional.empty());
  }

  private Outcome append(AccountId account, byte[] bytes, Optional<DeviceRegistration> device) {
    for (int i = 0; i < TRIES; i++) {
      List<byte[]> links = reads.links(account);
      if (links.isEmpty()) {
        return new Refused("UNKNOWN_ACCOUNT", 0);
      }
      AccountChain chain = Chains.of(links);
      if (!(Link.parse(bytes) instanceof Link.Read(Link link))) {
        return new Refused("MALFORMED", chain.sequence());
      }
      if (link.body().change() instanceof Change.AddDevice != device.isPresent()) {
        return new Refused("WRONG_KIND", chain.sequence());
      }
      switch (chain.append(link)) {
        case AccountChain.Refused(var reason) -> {
          return new Refused(reason.name(), chain.sequence());
        }
        case AccountChain.AlreadyThere _ -> {
          finish(chain);
          return new Appended(chain.sequence());
        }
        case AccountChain.Extended(AccountChain longer) -> {
          if (!longer.ended() && reads.hasEnded(account)) {
            return new Refused(Refusal.ENDED.name(), chain.sequence());
          }
          boolean done =
              writers.commit(
                  account.bucket(), ROW, batch -> write(batch, chain, longer, link, device));
          if (done) {
            finish(longer);
            return new Appended(longer.sequence());
          }
        }
      }
    }
    return new Refused("SEQUENCE_TAKEN", reads.links(account).size() - 1L);
  }

  /// What an account that has ended by its link has left; if that fails, a chore does it.
  private void finish(AccountChain chain) {
    if (chain.ended()) {
      try {
        ending.finish(chain.id());
      } catch (StatusRuntimeException e) {
        LOG.warn("what an account has left that has ended is taken away later");
      }
    }
  }

  /// False when the chain is not the one that was checked any more.
  private static Boolean write(
      Batch batch,
      AccountChain before,
      AccountChain after,
      Link link,
      Optional<DeviceRegistration> device)
      throws SQLException {
    AccountId account = after.id();
    int changed =
        batch
            .session()
            .update(
                "UPDATE account SET chain_sequence = ?, head_hash = ?, ended = ?"
                    + " WHERE account_id = ? AND chain_sequence = ? AND head_hash = ?"
                    // One that an operator has ended takes its own last link, and no other.
                    + " AND ended <= ?",
                (int) after.sequence(),
                after.headHash().bytes(),
                after.ended() ? 1 : 0,
                account.bytes(),
                (int) before.sequence(),
                before.headHash().bytes(),
                after.ended() ? 1 : 0);
    Optional<AccountState> state = batch.account(account);
    if (changed == 0) {
      return false;
    }
    Founding.insertLink(batch.session(), account, link);
    state.ifPresent(s -> s.chainSequence((int) after.sequence()));
    switch (link.body().change()) {
      case Change.AddDevice(DeviceEntry entry) -> {
        DeviceRegistration registration = device.orElseThrow();
        Founding.insertDevice(batch, account, entry, registration);
        state.ifPresent(s ->
            batch.addDevice(
                s,
                entry.device().number(),
                registration.getRegistrationId(),
                batch.rows().acceptedAt()));
      }
      case Change.RemoveDevice(DeviceId gone) -> {
        remove(batch, account, gone);
        state.ifPresent(s -> s.devices().remove(gone.number()));
      }
      case Change.DeleteAccount _ -> Ending.begin(batch, account);
      case Change.ReplaceRecoveryKey _ -> {}
      case Change.Found _ -> throw new IllegalStateException("founded twice");
    }
    return true;
  }

  private static void remove(Batch batch, AccountId account, DeviceId device) throws SQLException {
    // What waits for this device goes in first, so that it goes out again.
    batch.rows().flush();
    batch.segments().removeAll(account, device.number());
    Session session = batch.session();
    for (String table : List.of("device", "inbox")) {
      session.update(
          "DELETE FROM " + table + " WHERE account_id = ? AND device_id = ?",
          account.bytes(),
          device.number());
    }
    PreKeys.removeDevice(session, account, device.number());
  }
}
