/// The history archive: old messages move from the store to blobs that only the account can read,
/// and come back when somebody looks.
///
/// [Mover] takes them out, one segment after the other, through the states of
/// [sotto.client.internal.store.SegmentState]; [Fetcher] puts copies back; [History] is the
/// conversations as if nothing had ever left; [Returner] undoes it all. What a segment is, byte by
/// byte, is in [SegmentCodec] and `sotto/archive/v1/archive.proto`.
@NullMarked
package sotto.client.internal.archive;

import org.jspecify.annotations.NullMarked;
