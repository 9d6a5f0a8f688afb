package sotto.store.account;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.store.sql.Readers;

/// The chains of accounts, whoever owns them, as the primary has them.
public final class Chains {
  private final AccountReads reads;

  /// Asks the database.
  public Chains(Readers readers) {
    this.reads = new AccountReads(readers);
  }

  /// The newest chain of an account; empty when there is no such account or it has ended, by
  /// whomever.
  public Optional<AccountChain> newest(AccountId account) {
    List<byte[]> links = reads.links(account);
    return links.isEmpty() || reads.hasEnded(account) ? Optional.empty() : Optional.of(of(links));
  }

  /// @param links all of a chain in the database
  static AccountChain of(List<byte[]> links) {
    return switch (AccountChain.of(links)) {
      case AccountChain.Extended(AccountChain chain) -> chain;
      case AccountChain.AlreadyThere(AccountChain chain) -> chain;
      case AccountChain.Refused _ ->
          throw new IllegalStateException("a chain in the database breaks a rule");
    };
  }
}
