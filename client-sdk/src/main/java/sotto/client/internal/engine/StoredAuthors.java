package sotto.client.internal.engine;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.Link;
import sotto.client.internal.store.Chains;
import sotto.group.Author;
import sotto.group.Authors;

/// Vouches for devices that their account's chain listed at the head that they name. Whether a
/// device is listed still does not count: what it signed before it left stays right. For the lane
/// only.
///
/// @param chains the newest chains known
record StoredAuthors(Chains chains) implements Authors {
  @Override
  public Optional<Ed25519PublicKey> key(Author author) {
    return chains
        .of(author.account())
        .filter(chain -> chain.contains(author.sequence(), author.head()))
        .flatMap(chain -> listedAt(chain, author))
        .map(DeviceEntry::authKey);
  }

  private static Optional<DeviceEntry> listedAt(AccountChain chain, Author author) {
    Optional<DeviceEntry> listed = Optional.empty();
    List<Link> links = chain.links().subList(0, (int) author.sequence() + 1);
    for (Link link : links) {
      Change change = link.body().change();
      Optional<DeviceEntry> added =
          change.added().filter(entry -> entry.device().equals(author.device()));
      if (added.isPresent()) {
        listed = added;
      } else if (change instanceof Change.RemoveDevice(var gone) && gone.equals(author.device())) {
        listed = Optional.empty();
      }
    }
    return listed;
  }
}
