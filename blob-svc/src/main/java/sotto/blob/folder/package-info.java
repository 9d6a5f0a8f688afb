/// Blobs in a folder that one process owns.
///
/// ```
/// lock                       held by the process
/// id.key                     32 random bytes: the key that blob ids are made with
/// parts/N.part               small uploads that are under way; removed at the start
/// parts/transit-….part       an upload in parts: room for the record, then the content so far
/// parts/transit-….state      its Progress: how much of that is committed; without it the part is
///                            removed at the start
/// transit/hh/…               one file a blob, named by 64 hex digits of which hh are the first two
/// kept/hh/…                  the same for blobs that stay
/// gone/kept-…                blobs that are out of sight and to be removed
/// ```
///
/// A blob's file is its [sotto.blob.BlobRecord] in 80 bytes and then the content. Nothing is
/// replaced in place but the eight bytes of the expiry, which no disk tears apart.
@NullMarked
package sotto.blob.folder;

import org.jspecify.annotations.NullMarked;
