package sotto.client;

import java.time.Instant;
import java.util.Optional;

/// Something that happened.
public sealed interface Event {
  /// What events that are not kept have for an id.
  long LIVE = 0;

  /// Its id: increasing, the same each time the event is delivered; [#LIVE] for those that are not
  /// kept and reach only a stream that is open (typing, presence, files, connection).
  long id();

  /// A message came.
  ///
  /// @param id the event's id
  /// @param message the message as it is now
  record MessageReceived(long id, MessageView message) implements Event {}

  /// An own message has come further, or failed.
  ///
  /// @param id the event's id
  /// @param message the message as it is now
  /// @param status the status that this event is about
  record StatusChanged(long id, MessageView message, Status status) implements Event {}

  /// Messages came that could not be decrypted; the conversation has one row for them.
  ///
  /// @param id the event's id
  /// @param message that row
  record Undecryptable(long id, MessageView message) implements Event {}

  /// A contact's name leads to another account, or its device list contradicts what was known.
  ///
  /// @param id the event's id
  /// @param contact the contact
  /// @param sentence what happened, for a person
  record ContactChanged(long id, Contact contact, String sentence) implements Event {}

  /// The mailbox was full for a while: some messages never reached this device.
  ///
  /// @param id the event's id
  /// @param since when it began
  record MessagesMissed(long id, Instant since) implements Event {}

  /// Another stream of this device took over; this one stays offline.
  ///
  /// @param id the event's id
  record Displaced(long id) implements Event {}

  /// The devices of the own account have changed.
  ///
  /// @param id the event's id
  /// @param sentence what happened, for a person
  record DevicesChanged(long id, String sentence) implements Event {}

  /// This device was removed from its account: nothing comes or goes any more, what is here stays
  /// readable.
  ///
  /// @param id the event's id
  record Removed(long id) implements Event {}

  /// Another copy of this home has been the device meanwhile, or this home was put back from a
  /// copy. Sessions are begun anew; what has come to the other copy is not here.
  ///
  /// @param id the event's id
  record Diverged(long id) implements Event {}

  /// The account was deleted, here or by another of its devices: nothing comes or goes any more,
  /// what is here stays readable.
  ///
  /// @param id the event's id
  record AccountDeleted(long id) implements Event {}

  /// A group has changed: who is in it, who may do what, what it is called.
  ///
  /// @param id the event's id
  /// @param group the group
  /// @param sentence who did what, for a person
  record GroupChanged(long id, Contact group, String sentence) implements Event {}

  /// What a contact calls itself is known anew.
  ///
  /// @param id [#LIVE]
  /// @param contact who
  record ProfileChanged(long id, Contact contact) implements Event {}

  /// A contact types, or no longer does.
  ///
  /// @param id [#LIVE]
  /// @param contact who
  /// @param typing whether
  record TypingChanged(long id, Contact contact, boolean typing) implements Event {}

  /// A watched contact came or went.
  ///
  /// @param id [#LIVE]
  /// @param contact who
  /// @param online whether one of its devices is connected and visible
  /// @param lastSeen when it was last connected, to five minutes, if that is known and shared
  record PresenceChanged(long id, Contact contact, boolean online, Optional<Instant> lastSeen)
      implements Event {}

  /// A file of a message is moving; a few times a second at most.
  ///
  /// @param id [#LIVE]
  /// @param message the message
  /// @param index the file's place in it, from 0
  /// @param direction where it goes
  /// @param progress how far it is
  record FileProgress(long id, MessageId message, int index, Direction direction, Progress progress)
      implements Event {
    /// Where a file goes.
    public enum Direction {
      /// To the server.
      UPLOAD,
      /// From the server.
      DOWNLOAD
    }
  }

  /// A file that was downloaded by itself ([AutoDownloads]) is saved, or cannot be.
  ///
  /// @param id the event's id
  /// @param file the file
  /// @param result where it is, or why there is nothing to save
  record FileSaved(long id, FileView file, SaveResult result) implements Event {}

  /// History has moved to a new device of the account, or from another one to this.
  ///
  /// @param id [#LIVE]
  /// @param progress how far it is
  record HistoryMoved(long id, HistoryTransfer progress) implements Event {}

  /// The connection changed.
  ///
  /// @param id [#LIVE]
  /// @param connection how it stands
  record ConnectionChanged(long id, Connection connection) implements Event {}
}
