package sotto.client.internal.store;

import java.time.Instant;
import java.util.Optional;
import sotto.client.Event;
import sotto.client.MessageView;
import sotto.client.Status;

/// What happened, in order, and how far each consumer has come.
public final class Events {
  /// The kinds.
  public enum Kind {
    /// [Event.MessageReceived].
    RECEIVED,
    /// [Event.StatusChanged]; the detail is the status.
    STATUS,
    /// [Event.Undecryptable].
    UNDECRYPTABLE,
    /// [Event.ContactChanged]; the detail is the sentence.
    CONTACT,
    /// [Event.MessagesMissed]; the detail is the time.
    MISSED,
    /// [Event.Displaced].
    DISPLACED,
    /// [Event.FileSaved]; the detail is a [FileDetail].
    FILE,
    /// [Event.DevicesChanged]; the detail is the sentence.
    DEVICES,
    /// [Event.Removed].
    REMOVED,
    /// [Event.Diverged].
    DIVERGED,
    /// [Event.AccountDeleted].
    ENDED,
    /// [Event.GroupChanged]; the detail is the sentence.
    GROUP
  }

  private record Stored(long id, Kind kind, long message, long contact, String detail) {}

  private final Sql sql;
  private final Messages messages;
  private final Contacts contacts;

  Events(Sql sql, Messages messages, Contacts contacts) {
    this.sql = sql;
    this.messages = messages;
    this.contacts = contacts;
  }

  /// Adds an event about a message.
  public void addMessage(Kind kind, long message, String detail, long now) {
    sql.update(
        "INSERT INTO event(kind, message, detail, at) VALUES(?, ?, ?, ?)",
        Codes.of(kind),
        message,
        detail,
        now);
  }

  /// Adds an event about a contact.
  public void addContact(Kind kind, long contact, String detail, long now) {
    sql.update(
        "INSERT INTO event(kind, contact, detail, at) VALUES(?, ?, ?, ?)",
        Codes.of(kind),
        contact,
        detail,
        now);
  }

  /// The newest event's id.
  public long newest() {
    return sql.number("SELECT max(id) FROM event");
  }

  /// The first event after an id that still has what it is about.
  public Optional<Event> after(long id) {
    long from = id;
    while (true) {
      Optional<Stored> stored =
          sql.one(
              "SELECT id, kind, message, contact, detail FROM event WHERE id > ? ORDER BY id LIMIT"
                  + " 1",
              r ->
                  new Stored(
                      r.number(1),
                      Codes.eventKind(r.integer(2)),
                      r.number(3),
                      r.number(4),
                      r.text(5)),
              from);
      if (stored.isEmpty()) {
        return Optional.empty();
      }
      Optional<Event> event = event(stored.get());
      if (event.isPresent()) {
        return event;
      }
      from = stored.get().id();
    }
  }

  private Optional<Event> event(Stored e) {
    return switch (e.kind()) {
      case RECEIVED -> message(e).map(m -> new Event.MessageReceived(e.id(), m));
      case STATUS ->
          message(e).map(m -> new Event.StatusChanged(e.id(), m, Status.valueOf(e.detail())));
      case UNDECRYPTABLE -> message(e).map(m -> new Event.Undecryptable(e.id(), m));
      case CONTACT ->
          contacts
              .find(e.contact())
              .map(c -> new Event.ContactChanged(e.id(), c.contact(), e.detail()));
      case MISSED ->
          Optional.of(
              new Event.MessagesMissed(e.id(), Instant.ofEpochMilli(Long.parseLong(e.detail()))));
      case DISPLACED -> Optional.of(new Event.Displaced(e.id()));
      case DEVICES -> Optional.of(new Event.DevicesChanged(e.id(), e.detail()));
      case REMOVED -> Optional.of(new Event.Removed(e.id()));
      case DIVERGED -> Optional.of(new Event.Diverged(e.id()));
      case ENDED -> Optional.of(new Event.AccountDeleted(e.id()));
      case GROUP ->
          contacts
              .find(e.contact())
              .map(c -> new Event.GroupChanged(e.id(), c.contact(), e.detail()));
      case FILE -> message(e).flatMap(m -> FileDetail.read(e.detail()).event(e.id(), m));
    };
  }

  private Optional<MessageView> message(Stored e) {
    return messages.state(e.message()).map(s -> messages.view(s.id()));
  }

  /// Where a consumer is; a new one is before the oldest event.
  public long cursor(String consumer) {
    return sql.number("SELECT cursor FROM consumer WHERE name = ?", consumer);
  }

  /// Moves a consumer forward.
  public void moveCursor(String consumer, long cursor) {
    sql.update(
        "INSERT INTO consumer(name, cursor) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET cursor ="
            + " max(cursor, excluded.cursor)",
        consumer,
        cursor);
  }

  /// Forgets what is old enough.
  public void forgetBefore(long limit) {
    sql.update("DELETE FROM event WHERE at < ?", limit);
  }
}
