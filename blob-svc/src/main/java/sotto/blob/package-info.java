/// Encrypted media: bytes that this service cannot read, uploaded once, downloaded by whoever knows
/// the id, gone when their time is over.
///
/// ```
/// BlobService                wiring: the gRPC service, the store, the timer
/// ├── TransferService        gRPC: Upload and Download, each call on a virtual thread of its own
/// │   ├── UploadTask         start, checks, chunks, digest, commit; reads from UploadFrames
/// │   └── DownloadTask       start, then chunks as fast as the client takes them
/// ├── BlobIds                (account, upload id) → blob id → name in the store
/// ├── Room, KeptQuota, Slots what may be stored, kept and transferred at once
/// ├── Sweep                  removes what has expired, a page at a time
/// └── BlobStore              where blobs live
///     └── FolderBlobStore    in a folder
/// ```
///
/// In the folder:
///
/// ```
/// lock                       held by the one process that owns the folder
/// id.key                     32 random bytes: the key that blob ids are made with
/// parts/N.part               uploads that are under way; removed at the start
/// transit/hh/…               one file a blob, named by 64 hex digits of which hh are the first two
/// kept/hh/…                  the same for blobs that stay
/// ```
///
/// A blob's file is its [sotto.blob.BlobRecord] in 88 bytes and then the content.
@NullMarked
package sotto.blob;

import org.jspecify.annotations.NullMarked;
