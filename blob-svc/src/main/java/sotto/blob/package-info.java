/// Encrypted media: bytes that this service cannot read, uploaded once, downloaded by whoever knows
/// the id, gone when their time is over.
///
/// ```
/// BlobService                wiring: the gRPC service, the store, the timer
/// ├── transfer               what clients call
/// │   ├── TransferService    gRPC; transfers run on a virtual thread each
/// │   │   ├── Beginnings     how far an upload is
/// │   │   ├── UploadTask     start, checks, answer; reads from UploadFrames
/// │   │   │   └── Reception  chunks into parts, digest, commits
/// │   │   ├── DownloadTask   start, then chunks as fast as the client takes them
/// │   │   └── Stored         place, renewal, deletion of what is there
/// │   ├── Directly           uploads whose parts clients send to the object store themselves
/// │   ├── BlobIds            (account, upload id) → blob id → name in the store
/// │   ├── Claims             one connection an upload; a new one takes it from the one before
/// │   ├── Room, Slots        what may be stored and transferred at once
/// │   └── Sweep              removes what has expired, a page at a time
/// ├── quota                  what an account may keep, and send in a time
/// └── BlobStore              where blobs live; BlobName, BlobRecord and Progress are its words
///     ├── folder             in a folder
///     └── s3                 in a bucket of any S3, also for direct transfers
/// ```
@NullMarked
package sotto.blob;

import org.jspecify.annotations.NullMarked;
