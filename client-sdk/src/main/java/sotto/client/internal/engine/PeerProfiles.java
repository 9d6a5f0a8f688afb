package sotto.client.internal.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.account.v1.GetProfileResponse;
import sotto.account.v1.ProfileFound;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Event;
import sotto.client.Profile;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.ProfileRow;
import sotto.content.v1.Content;
import sotto.content.v1.ProfilePicture;
import sotto.crypto.ProfileKey;

/// Profiles of contacts, and the own one where another own device has set it: learned of in
/// contents, asked for once for each version that is named, and believed only under the account's
/// key, for the account, and above the version that is known.
final class PeerProfiles {
  private final Core core;
  private final Names names;
  private final PictureBlobs pictures;
  private Runnable wake = () -> {};

  PeerProfiles(Core core, Names names, PictureBlobs pictures) {
    this.core = core;
    this.names = names;
    this.pictures = pictures;
  }

  /// Has something run when there is something to ask for; any thread.
  void onDue(Runnable action) {
    wake = action;
  }

  /// Takes what a content says of its sender's profile. On the lane.
  void learned(Transaction tx, ContactRow contact, AccountId account, Content content) {
    if (content.getProfileKey().size() != ProfileKey.LENGTH) {
      return;
    }
    ProfileKey key = ProfileKey.of(content.getProfileKey().toByteArray());
    int named = content.getProfileVersion();
    Optional<ProfileRow> known = core.store().profiles().find(account);
    boolean older = known.map(row -> named < row.named()).orElse(false);
    boolean same = known.map(row -> named == row.named() && key.equals(row.key())).orElse(false);
    if (older) {
      // What was on its way since before another key, or another version.
      return;
    }
    if (!same) {
      core.store().profiles().learned(account, key, named);
      core.store().contacts().keyRenewed(account);
    }
    if (!same
        || known.map(row -> row.reference().isPresent() && row.picture().isEmpty()).orElse(false)) {
      tx.afterCommit(wake);
    }
    byte[] accessKey = key.accessKey().bytes();
    if (!contact.accessKey().map(k -> Arrays.equals(k, accessKey)).orElse(false)) {
      core.store().contacts().setAccessKey(contact.id(), accessKey);
      tx.afterCommit(() -> names.accessKeyLearned(account));
    }
  }

  /// A contact's profile as it is known.
  Optional<Profile> of(AccountId account) {
    return core.lane()
        .call(_ ->
            core.store()
                .profiles()
                .find(account)
                .filter(row -> row.version() > 0)
                .map(ProfileRow::profile));
  }

  /// Asks for what is due. Blocks; not on the lane.
  void fetch(ServerCalls calls) {
    for (ProfileRow row : core.lane().call(_ -> core.store().profiles().due())) {
      GetProfileResponse answer = calls.profile(row.account(), row.key().accessKey());
      core.lane().call(tx -> answered(tx, row, answer));
    }
    Set<AccountId> asked = new HashSet<>();
    List<ProfileRow> pictures =
        core.lane().call(_ -> core.store().profiles().picturesDue(core.self().id()));
    for (ProfileRow row : pictures) {
      if (asked.add(row.account())) {
        picture(row);
      }
    }
  }

  private boolean answered(Transaction tx, ProfileRow asked, GetProfileResponse answer) {
    Optional<ProfileRow> now = core.store().profiles().find(asked.account());
    if (now.filter(row -> row.key().equals(asked.key())).isEmpty()) {
      // Another key by now: it is asked for again with that.
      return false;
    }
    core.store().profiles().tried(asked.account(), asked.named());
    ProfileFound found = answer.getFound();
    if (!answer.hasFound() || found.getVersion() <= now.get().version()) {
      return false;
    }
    Optional<sotto.content.v1.Profile> text =
        asked
            .key()
            .open(asked.account(), found.getVersion(), found.getProfile().toByteArray())
            .flatMap(ProfileText::read);
    if (text.isEmpty()) {
      return false;
    }
    core.store()
        .profiles()
        .setContent(
            asked.account(), found.getVersion(), text.get().getName(), text.get().getAbout());
    if (asked.account().equals(core.self().id())) {
      core.store()
          .profiles()
          .setNamed(asked.account(), Math.max(now.get().named(), found.getVersion()));
    }
    Optional<Bytes> reference =
        text.filter(sotto.content.v1.Profile::hasPicture)
            .map(t -> Bytes.of(t.getPicture().toByteArray()));
    if (!reference.equals(now.get().reference())) {
      core.store().profiles().setPicture(asked.account(), reference, Optional.empty());
    }
    boolean nothing =
        now.get().version() == 0
            && text.get().equals(sotto.content.v1.Profile.getDefaultInstance());
    if (!nothing) {
      tell(tx, asked.account());
    }
    return true;
  }

  private void tell(Transaction tx, AccountId account) {
    tx.afterCommit(() -> {
      core.progress().raise();
      core.live(account, contact -> new Event.ProfileChanged(Event.LIVE, contact));
    });
  }

  private void picture(ProfileRow row) {
    Optional<ProfilePicture> reference = row.reference().flatMap(ProfileText::picture);
    Optional<Bytes> picture = reference.flatMap(pictures::fetch);
    core.lane()
        .call(tx -> {
          Optional<ProfileRow> now = core.store().profiles().find(row.account());
          if (now.filter(n -> n.reference().equals(row.reference())).isPresent()) {
            core.store()
                .profiles()
                .setPicture(row.account(), picture.flatMap(_ -> row.reference()), picture);
            tell(tx, row.account());
          }
          return true;
        });
  }
}
