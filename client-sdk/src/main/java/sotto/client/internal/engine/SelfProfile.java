package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.function.Consumer;
import sotto.account.v1.SetProfileRequest;
import sotto.account.v1.SetProfileResponse;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Profile;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.client.internal.store.ProfileRow;
import sotto.content.v1.OwnProfile;
import sotto.crypto.ProfileKey;

/// The account's own profile, here and at the server.
///
/// ```
/// set, or another key ── version + 1 ──▶ ahead ── the server has it ──▶ even: own devices are told
/// ahead ── the server has that version or a later one ──▶ ahead, of that, under a new key
/// even  ── another own device has set it ──▶ behind ── fetched ([PeerProfiles]) ──▶ even
/// ahead with another text ── another own device has set it ──▶ ahead of that, its key under a new one
/// ahead with another key only ── another own device has set it ──▶ behind ── fetched ──▶ ahead, under a new key
/// ```
///
/// Where two devices were at it, a key of neither follows: whoever one of them has shut out stays
/// out.
final class SelfProfile {
  private static final int TRIES = 8;
  private static final int ENVELOPE_ID = 16;
  private static final String TEXT_AHEAD = "profile_text_ahead";
  private static final String KEY_DUE = "profile_key_due";
  private static final String TO_GIVE = "profile_key_to_give";
  private static final String DROPPED = "profile_dropped_picture";

  private final Core core;
  private final Presence presence;
  private final PictureBlobs pictures;
  private final Syncs syncs;
  private final Certificates certificates;
  private Runnable wake = () -> {};
  private Consumer<AccountId> given = _ -> {};

  SelfProfile(
      Core core, Presence presence, PictureBlobs pictures, Syncs syncs, Certificates certificates) {
    this.certificates = certificates;
    this.core = core;
    this.presence = presence;
    this.pictures = pictures;
    this.syncs = syncs;
  }

  /// Has something run when there is something for the server; any thread.
  void onAhead(Runnable action) {
    wake = action;
  }

  /// Has something run when there is something to send to an account; any thread.
  void onGiven(Consumer<AccountId> action) {
    given = action;
  }

  /// Looks whether something is due; any thread.
  void lookAgain() {
    wake.run();
  }

  private ProfileRow row() {
    return core.store().profiles().find(core.self().id()).orElseThrow();
  }

  /// The profile as it is here.
  Profile get() {
    return core.lane().call(_ -> row().profile());
  }

  /// Whether the server does not have it yet. On the lane.
  boolean ahead() {
    ProfileRow row = row();
    return row.version() > row.named();
  }

  /// Sets the profile; durable when this returns.
  ///
  /// @throws SottoException INVALID_INPUT if the picture is none
  void set(Profile profile) {
    Optional<Bytes> clean = profile.picture().map(PictureBlobs::cleaned);
    core.lane()
        .call(tx -> {
          ProfileRow before = row();
          AccountId self = core.self().id();
          core.store().profiles().setContent(self, next(before), profile.name(), profile.about());
          if (!clean.equals(before.picture())) {
            before.reference().ifPresent(this::drop);
            core.store().profiles().setPicture(self, Optional.empty(), clean);
          }
          core.store().settings().put(TEXT_AHEAD, 1L);
          tx.afterCommit(wake);
          return true;
        });
  }

  private static int next(ProfileRow row) {
    return Math.max(row.version(), row.named()) + 1;
  }

  /// The picture at the server is not the profile's any more: its blob goes once the server has the
  /// profile without it.
  private void drop(Bytes reference) {
    ProfileText.picture(reference)
        .ifPresent(
            picture -> core.store().settings().put(DROPPED, picture.getBlobId().toByteArray()));
  }

  /// Whoever has the key of now learns nothing more: there is another from now on, which accepted
  /// contacts get with the next content that goes to them. On the lane.
  void rotate(Transaction tx) {
    if (row().named() > row().version()) {
      // What another own device has set is not here yet, and would be lost.
      core.store().settings().put(KEY_DUE, 1L);
    } else {
      takeNewKey(tx, next(row()));
    }
    tx.afterCommit(wake);
  }

  /// Takes the other key that had to wait for the profile, once that is here or cannot be had.
  /// Blocks; not on the lane.
  void rotateWhenFetched() {
    core.lane()
        .call(tx -> {
          boolean waits =
              core.store().profiles().due().stream()
                  .anyMatch(row -> row.account().equals(core.self().id()));
          if (!waits && core.store().settings().number(KEY_DUE).isPresent()) {
            core.store().settings().remove(KEY_DUE);
            takeNewKey(tx, next(row()));
            tx.afterCommit(wake);
          }
          return true;
        });
  }

  /// Another key, which those are given who have the one before, once the server lets them in with
  /// it.
  private void takeNewKey(Transaction tx, int version) {
    core.store().settings().put(TO_GIVE, 1L);
    takeKey(tx, ProfileKey.generate(core.random()), version);
  }

  private void give(Transaction tx) {
    core.store().settings().remove(TO_GIVE);
    for (ContactRow contact : core.store().contacts().keyHolders()) {
      core.store()
          .outgoing()
          .add(
              contact.id(),
              contact.account(),
              Kind.KEY,
              0,
              new byte[0],
              core.randomBytes(ENVELOPE_ID));
      contact.account().ifPresent(account -> tx.afterCommit(() -> given.accept(account)));
    }
  }

  private void takeKey(Transaction tx, ProfileKey key, int version) {
    core.store().profiles().setKey(core.self().id(), key, version);
    tx.afterCommit(() -> {
      core.setIdentity(core.self().with(key));
      presence.sayAgain();
    });
  }

  /// Another own device has set the profile. On the lane.
  void elsewhere(Transaction tx, OwnProfile told) {
    ProfileRow row = row();
    if (told.getProfileKey().size() != ProfileKey.LENGTH || told.getVersion() <= row.named()) {
      return;
    }
    ProfileKey key = ProfileKey.of(told.getProfileKey().toByteArray());
    boolean ahead = row.version() > row.named();
    boolean textAhead = ahead && core.store().settings().number(TEXT_AHEAD).isPresent();
    if (!textAhead) {
      core.store().profiles().learned(row.account(), key, told.getVersion());
      takeKey(tx, key, Math.min(row.version(), told.getVersion() - 1));
      if (ahead) {
        // Another key was taken here: that follows once the profile is here.
        core.store().settings().put(KEY_DUE, 1L);
      }
    } else {
      core.store().profiles().setNamed(row.account(), told.getVersion());
      int next = told.getVersion() + 1;
      if (key.equals(row.key())) {
        takeKey(tx, key, Math.max(row.version(), next));
      } else {
        // What is on its way under the version of now has the key of before.
        takeNewKey(tx, Math.max(row.version() + 1, next));
      }
    }
    tx.afterCommit(wake);
  }

  /// Brings what the server does not have there. Blocks; not on the lane.
  void publish(ServerCalls calls) {
    core.lane().call(_ -> begin());
    for (int i = 0; i < TRIES && core.lane().call(_ -> ahead()); i++) {
      ProfileRow row = withPicture(core.lane().call(_ -> row()));
      byte[] sealed =
          row.key().seal(row.account(), row.version(), ProfileText.of(row), core.random());
      SetProfileResponse answer =
          calls.setProfile(
              SetProfileRequest.newBuilder()
                  .setVersion(row.version())
                  .setAccessKeyHash(ByteString.copyFrom(row.key().accessKey().hash().toArray()))
                  .setProfile(ByteString.copyFrom(sealed))
                  .build());
      switch (answer.getOutcomeCase()) {
        case SET -> core.lane().call(tx -> isSet(tx, row));
        case CONFLICT -> core.lane().call(tx -> conflict(tx, answer.getConflict().getVersion()));
        case OUTCOME_NOT_SET ->
            throw SottoException.of(Code.REFUSED, "The server's answer is malformed.");
      }
    }
    deleteDropped();
  }

  /// Also who has nothing to say of themselves lets contacts send sealed: the hash of the access
  /// key comes to the server with the profile.
  private boolean begin() {
    ProfileRow row = row();
    boolean none = row.version() == 0 && row.named() == 0;
    if (none && certificates.roots().isPresent()) {
      core.store().profiles().setKey(row.account(), row.key(), 1);
    }
    return none;
  }

  private boolean isSet(Transaction tx, ProfileRow set) {
    ProfileRow now = row();
    if (now.version() >= set.version() && now.named() < set.version()) {
      core.store().profiles().setNamed(now.account(), set.version());
      if (now.version() == set.version()) {
        core.store().settings().remove(TEXT_AHEAD);
        if (core.store().settings().number(TO_GIVE).isPresent()) {
          give(tx);
        }
        syncs.profile(tx, now.key(), set.version());
      }
      tx.afterCommit(core.progress()::raise);
    }
    return true;
  }

  private boolean conflict(Transaction tx, int there) {
    ProfileRow now = row();
    if (there < 0 || there == Integer.MAX_VALUE) {
      throw SottoException.of(Code.REFUSED, "The server's answer is malformed.");
    }
    if (now.version() <= there) {
      takeNewKey(tx, there + 1);
    }
    return true;
  }

  /// The same with its picture at the server, if it has one.
  private ProfileRow withPicture(ProfileRow row) {
    if (row.picture().isEmpty() || row.reference().isPresent()) {
      return row;
    }
    Bytes reference = Bytes.of(pictures.upload(row.picture().get()).toByteArray());
    return core.lane()
        .call(_ -> {
          if (row().picture().equals(row.picture())) {
            core.store()
                .profiles()
                .setPicture(row.account(), Optional.of(reference), row.picture());
          } else {
            drop(reference);
          }
          return row();
        });
  }

  private void deleteDropped() {
    Optional<byte[]> dropped =
        core.lane().call(_ -> ahead() ? Optional.empty() : core.store().settings().bytes(DROPPED));
    if (dropped.isPresent()) {
      pictures.delete(Bytes.of(dropped.get()));
      core.lane()
          .call(_ -> {
            core.store().settings().remove(DROPPED);
            return true;
          });
    }
  }
}
