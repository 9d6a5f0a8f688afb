package sotto.cli.chat;

import java.time.Duration;
import java.util.Optional;
import sotto.cli.Deadline;
import sotto.cli.print.MessageLines;
import sotto.cli.print.Output;
import sotto.cli.print.TerminalText;
import sotto.client.Contact;
import sotto.client.Conversation;
import sotto.client.Event;
import sotto.client.EventStream;
import sotto.client.MessageView;
import sotto.client.Sotto;
import sotto.client.SottoException;
import sotto.client.Status;

/// What happens during a conversation, shown as it happens by a virtual thread of its own. The
/// stream is open before the history is read, so that nothing falls between the two.
final class ChatEvents implements AutoCloseable {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration TYPING_FADES = Duration.ofSeconds(10);

  private final Sotto sotto;
  private final Conversation conversation;
  private final ChatView view;
  private final ChatFiles files;
  private final EventStream stream;

  private Peer peer;
  private Deadline typingFades = Deadline.in(Duration.ZERO);
  private volatile boolean ended;

  ChatEvents(Sotto sotto, Conversation conversation, ChatView view, ChatFiles files) {
    this.sotto = sotto;
    this.conversation = conversation;
    this.view = view;
    this.files = files;
    this.stream = sotto.liveEvents();
    this.peer = new Peer(conversation.peer(), Optional.empty(), false, sotto.connection().state());
  }

  /// Begins to show.
  void start() {
    Thread.ofVirtual().name("chat-events").start(this::run);
  }

  @Override
  public void close() {
    ended = true;
    stream.close();
  }

  private void run() {
    try {
      while (!ended) {
        view.peer(peer);
        stream.next(TICK).ifPresent(this::show);
        peer = peer.with(sotto.connection().state());
        if (peer.typing() && typingFades.over()) {
          peer = peer.typing(false);
        }
      }
    } catch (SottoException e) {
      if (!ended && e.code() != SottoException.Code.CLOSED) {
        view.warning(e.code().word(), TerminalText.name(String.valueOf(e.getMessage())));
      }
    } catch (Output.Closed e) {
      // Nobody reads any more; the reading side ends the conversation.
      return;
    }
  }

  private void show(Event event) {
    switch (event) {
      case Event.MessageReceived received -> incoming(received.message());
      case Event.Undecryptable undecryptable -> incoming(undecryptable.message());
      case Event.StatusChanged changed -> {
        if (mine(changed.message().to()) && changed.status() != Status.QUEUED) {
          view.progress(changed.message(), changed.status());
        }
      }
      case Event.TypingChanged typing -> {
        if (mine(typing.contact())) {
          peer = peer.typing(typing.typing());
          typingFades = Deadline.in(TYPING_FADES);
        }
      }
      case Event.PresenceChanged presence -> {
        if (mine(presence.contact())) {
          peer = peer.with(new Peer.Presence(presence.online(), presence.lastSeen()));
        }
      }
      case Event.ContactChanged changed -> {
        if (mine(changed.contact())) {
          peer = peer.with(changed.contact());
          view.warning("contact_changed", TerminalText.name(changed.sentence()));
        }
      }
      case Event.GroupChanged changed -> {
        if (mine(changed.group())) {
          peer = peer.with(changed.group());
          view.note("group_changed", TerminalText.name(changed.sentence()));
        }
      }
      case Event.ProfileChanged profile -> {
        if (mine(profile.contact())) {
          peer = peer.with(profile.contact());
        }
      }
      case Event.MessagesMissed missed ->
          view.warning(
              "messages_missed", "The mailbox was full: some messages never came to this device.");
      case Event.DevicesChanged devices ->
          view.warning("devices_changed", TerminalText.name(devices.sentence()));
      case Event.Removed removed ->
          view.warning("device_removed", "This device was removed from its account.");
      case Event.Diverged diverged ->
          view.warning(
              "home_diverged",
              "Another copy of this home was used meanwhile: what came to it is not here.");
      case Event.AccountDeleted deleted ->
          view.warning("account_deleted", "The account was deleted.");
      case Event.Displaced displaced ->
          view.warning("displaced", "Another sotto of this device took the connection over.");
      case Event.FileProgress progress -> files.moved(progress, view);
      case Event.FileSaved saved -> view.saved(saved);
      case Event.HistoryMoved moved -> {}
      case Event.ConnectionChanged connection -> {}
    }
  }

  private void incoming(MessageView message) {
    if (!mine(message.to().group().isPresent() ? message.to() : message.from())) {
      String where =
          message.to().group().isPresent() ? " in " + MessageLines.name(message.to()) : "";
      view.note(
          "elsewhere", "A message from " + MessageLines.name(message.from()) + where + " came.");
      return;
    }
    peer = peer.typing(false).with(conversation.peer());
    view.message(message, true);
    files.announce(message, conversation.peer().accepted(), view);
    conversation.markRead();
  }

  private boolean mine(Contact contact) {
    Contact with = peer.contact();
    if (with.group().isPresent() || contact.group().isPresent()) {
      return with.group().equals(contact.group());
    }
    if (with.account().isPresent() && contact.account().isPresent()) {
      return with.account().equals(contact.account());
    }
    return with.username().isPresent() && with.username().equals(contact.username());
  }
}
