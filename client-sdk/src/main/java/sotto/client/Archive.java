package sotto.client;

import java.time.Duration;
import java.util.function.Consumer;
import sotto.archive.v1.Manifest;
import sotto.client.internal.archive.Step;
import sotto.client.internal.engine.Engine;

/// Old messages that are kept at the server instead of in the store, encrypted under a key that
/// only this account has.
///
/// A message that is in the archive is in its conversation as before:
/// [Conversation#messagesBefore], [Sotto#search] and [Sotto#message] fetch what they need, which
/// blocks for as long as the server takes. What was fetched stays in the store for a while, so that
/// it need not be fetched again; the conversation's newest message never leaves. Where messages
/// cannot be read because the server has lost them, the conversation shows a
/// [MessageView.Kind#ARCHIVED] in their place.
///
/// Nothing is lost whatever breaks off when: a message leaves the store only after the server has
/// given back what it was to keep. Thread-safe; one thing at a time is moved, others wait.
public final class Archive {
  private final Engine engine;

  Archive(Engine engine) {
    this.engine = engine;
  }

  /// Moves messages that are older than an age. Needs the server, and blocks until all have moved;
  /// broken off, it goes on with the next call.
  ///
  /// Stays here: what is unread, what was sent and has not arrived, what could not be decrypted,
  /// what a consumer of events has not seen. Below 45 days, a receipt that comes late is kept and
  /// shows when the message is looked at again, but a message that a contact could not decrypt and
  /// asks for once more is not sent again.
  ///
  /// @param age 90 days is a good one
  /// @throws SottoException NOT_REGISTERED, SERVER_UNREACHABLE, REFUSED, STORAGE_FULL
  public ArchiveOutcome moveOlderThan(Duration age) {
    return moveOlderThan(age, _ -> {});
  }

  /// The same, telling how far it is.
  ///
  /// @param progress called on this thread after each segment
  public ArchiveOutcome moveOlderThan(Duration age, Consumer<ArchiveProgress> progress) {
    return engine.archives().moveOlderThan(age, progress);
  }

  /// Brings everything back for good and deletes it at the server. Needs the server, and blocks
  /// until it is done; broken off, it goes on with the next call.
  ///
  /// @throws SottoException NOT_REGISTERED, SERVER_UNREACHABLE, STORAGE_FULL
  public Restored restore() {
    return restore(_ -> {});
  }

  /// The same, telling how far it is.
  ///
  /// @param progress called on this thread after each segment
  public Restored restore(Consumer<ArchiveProgress> progress) {
    return engine.archives().restore(progress);
  }

  /// What is in the archive. Works without a network.
  public ArchiveSummary summary() {
    return engine.archives().summary();
  }

  /// Has something told about each step; for tests.
  void onStep(Consumer<Step> reached) {
    engine.archives().onStep(reached);
  }

  /// What the engine does once a day with [Options#archiveAfter].
  void byItself(Duration age) {
    engine.archives().byItself(age);
  }

  /// What another device of the account takes, for when devices can be linked.
  byte[] key() {
    return engine.archives().exportKey();
  }

  Manifest manifest() {
    return engine.archives().manifest();
  }

  int adopt(byte[] key, Manifest manifest) {
    return engine.archives().adopt(key, manifest);
  }
}
