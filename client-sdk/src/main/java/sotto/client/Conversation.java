package sotto.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sotto.client.internal.engine.Engine;
import sotto.client.internal.engine.Peer;

/// A conversation with one contact. Works without a network: what is sent is stored and goes when
/// there is a connection. Thread-safe.
public final class Conversation {
  /// The longest text, bytes of UTF-8.
  public static final int MAX_TEXT_BYTES = 65_536;

  /// The most files of one message.
  public static final int MAX_FILES = 16;

  private final Engine engine;
  private final Peer peer;

  Conversation(Engine engine, Peer peer) {
    this.engine = engine;
    this.peer = peer;
  }

  /// The contact as it is now.
  public Contact peer() {
    return engine.conversations().contact(peer);
  }

  /// Writes a text; returns when it is durable here.
  ///
  /// @param text 1 to 65,536 bytes of UTF-8
  /// @throws SottoException INVALID_INPUT, CONTACT_CHANGED, STORAGE_FULL
  public SentMessage send(String text) {
    return send(text, List.of());
  }

  /// Writes a message with files. The files are encrypted into the home before this returns, so
  /// that they may change or go afterwards. Pictures (JPEG, PNG, GIF, WebP) go without what they
  /// say about their making, and with a small preview.
  ///
  /// They are uploaded first, which goes on after a crash where it was; the message follows. What
  /// is written meanwhile waits 3 seconds for it and then overtakes it: a message takes its place
  /// in the conversation, on both sides, when all of it is at the server.
  ///
  /// @param text 0 to 65,536 bytes of UTF-8; empty only with files
  /// @param files at most 16 regular files
  /// @throws SottoException INVALID_INPUT, FILE, CONTACT_CHANGED, STORAGE_FULL
  public SentMessage send(String text, List<Path> files) {
    return send(text, files, FileOptions.DEFAULTS);
  }

  /// Writes a message with files, as [#send(String, List)].
  ///
  /// @param options what becomes of the files
  public SentMessage send(String text, List<Path> files, FileOptions options) {
    MessageId id = engine.newMessageId();
    long row = engine.conversations().send(peer, id, text, files, options.original());
    return new SentMessage(engine, row, id);
  }

  /// Writes a message with one file and a caption, which may be empty.
  public SentMessage sendFile(Path file, String caption) {
    return send(caption, List.of(file));
  }

  /// The newest messages, oldest first. What is in the archive is fetched; without the server, only
  /// what is newer than that. An own message stands where it was written until it is tried for the
  /// first time, and from then on behind what had come by then: of several that were written in a
  /// row, the first can stand behind the others until they are tried too.
  ///
  /// @param limit 1 to 10,000
  /// @throws SottoException SERVER_UNREACHABLE when there is nothing newer
  public List<MessageView> messages(int limit) {
    return engine.conversations().newest(peer, limit);
  }

  /// The newest messages before a place, oldest first. What is in the archive is fetched; without
  /// the server, only what is newer than that.
  ///
  /// @param limit 1 to 10,000
  /// @throws SottoException SERVER_UNREACHABLE when there is nothing newer
  public List<MessageView> messagesBefore(MessageView.Place place, int limit) {
    return engine.conversations().before(peer, place, limit);
  }

  /// How many messages there are, those in the archive included; one that is in two of its parts
  /// counts twice.
  public long messageCount() {
    return engine.conversations().count(peer);
  }

  /// Incoming messages not yet read.
  public int unreadCount() {
    return engine.conversations().unread(peer);
  }

  /// Marks all incoming messages read, and tells the sender if the contact is accepted. Opening a
  /// conversation this way does not accept a contact; writing to them or [#accept] does.
  ///
  /// @return how many were unread
  public int markRead() {
    return engine.conversations().markRead(peer);
  }

  /// Accepts the contact: *read* receipts, typing and presence go to them from now on.
  ///
  /// @throws SottoException CONTACT_BLOCKED
  public void accept() {
    engine.conversations().accept(peer);
  }

  /// Blocks the contact: what they write from now on is dropped without a receipt, and nothing goes
  /// to them. What was written to them and has not left fails with the reason `blocked`. They no
  /// longer see this account's presence; accepted contacts see it again when something has gone to
  /// them. Messages stay.
  public void block() {
    engine.conversations().block(peer);
  }

  /// Ends that; the contact is a stranger again, until they are accepted or written to. What was
  /// dropped meanwhile does not come back.
  public void unblock() {
    engine.conversations().unblock(peer);
  }

  /// Deletes all messages here, and those in the archive at the server as soon as there is a
  /// connection. The account's other devices delete what they have of them; what comes to them only
  /// later stays there. The contact stays, and so does what keeps messages from coming twice.
  /// Broken off, it goes on with the next call.
  ///
  /// @return how many messages were here
  public int delete() {
    return engine.conversations().delete(peer);
  }

  /// Tells the contact that the user types, or stopped. Lost without a connection.
  public void typing(boolean typing) {
    engine.conversations().typing(peer, typing);
  }

  /// Asks for [Event.PresenceChanged] about the contact as long as the home is open. Nothing comes
  /// until the contact has shared its presence by writing to this account.
  public void watchPresence() {
    engine.conversations().watch(peer);
  }

  /// What the contact calls itself, as far as this account has been told. **Untrusted**: show it
  /// beside the username. The picture comes once the contact is accepted.
  public Optional<Profile> profile() {
    return engine.conversations().profile(peer);
  }

  /// The safety number; both accounts must be known.
  ///
  /// @throws SottoException UNKNOWN_USER when the contact was never found, SERVER_UNREACHABLE when
  ///   its keys are not known yet and there is no connection
  public SafetyNumber safetyNumber() {
    return engine.conversations().safetyNumber(peer);
  }

  /// Remembers that the user has compared the safety number; also accepts a changed account as the
  /// contact's new one.
  public void confirmVerified() {
    engine.conversations().confirm(peer);
  }
}
