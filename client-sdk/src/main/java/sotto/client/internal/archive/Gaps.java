package sotto.client.internal.archive;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import sotto.client.Contact;
import sotto.client.Failure;
import sotto.client.MessageView;
import sotto.client.MessageView.Place;
import sotto.client.internal.store.SegmentRow;
import sotto.client.internal.store.Store;

/// What stands in a conversation for messages that cannot be shown.
final class Gaps {
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("MMMM yyyy", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private Gaps() {}

  static MessageView lost(Store store, SegmentRow segment, Fetcher.Loss loss) {
    return gap(
        store,
        segment,
        new Failure(
            switch (loss) {
              case GONE -> "archive_gone";
              case DAMAGED -> "archive_damaged";
            },
            what(segment) + " and could not be read.",
            false));
  }

  static MessageView unreachable(Store store, SegmentRow segment) {
    return gap(
        store,
        segment,
        new Failure(
            "archive_unreachable",
            what(segment) + " and cannot be searched without the server.",
            true));
  }

  private static MessageView gap(Store store, SegmentRow segment, Failure why) {
    Contact peer = store.contacts().get(segment.contact()).contact();
    return store.messages().gap(peer, segment.first(), why);
  }

  /// Such as "120 messages from May 2026 are in the archive".
  static String what(SegmentRow segment) {
    String first = month(segment.first());
    String last = month(segment.last());
    return segment.count()
        + (segment.count() == 1 ? " message from " : " messages from ")
        + (first.equals(last) ? first : first + " to " + last)
        + (segment.count() == 1 ? " is in the archive" : " are in the archive");
  }

  private static String month(Place place) {
    return MONTH.format(Instant.ofEpochMilli(place.sentAtMillis()));
  }
}
