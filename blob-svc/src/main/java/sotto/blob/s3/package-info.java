/// Blobs in a bucket of any S3, by plain operations only: GET, PUT, HEAD, DELETE, ListObjectsV2 and
/// multipart uploads; one PUT with `If-None-Match`, once in the bucket's life.
///
/// ```
/// id.key                          32 random bytes: the key that blob ids are made with, of all pods
/// blobs/transit/H                 a visible blob: its BlobRecord in 88 bytes, its generation in eight,
///                                 and behind them the content if that is small (generation 0)
/// content/transit/H/G             the content of a larger one; G is the generation, 16 random digits,
///                                 so that no two uploads ever write the same object
/// uploads/transit/H               an unfinished upload: S3Progress
/// tails/transit/H                 the beginning of the part that an unfinished upload broke off in
/// gone/transit/H                  record of a blob that is out of sight and to be removed
/// ```
///
/// H is the blob's name, 64 hex digits; `kept` and other shelves as `transit`.
///
/// **Order of writes.** `uploads/H` is written before anything is under `content/`, and `blobs/H`
/// after it is whole: so whatever is left behind has an object that leads to it.
///
/// ```
/// upload      uploads/H → create, part, uploads/H → … → complete → blobs/H → ✗ uploads/H
/// broken off  uploads/H → tails/H → uploads/H; then part → uploads/H → ✗ tails/H
/// renewal     blobs/H again, with another expiry
/// expiry      ✗ content → ✗ blobs/H
/// deletion    gone/H → ✗ blobs/H → ✗ content → ✗ gone/H
/// ```
///
/// **Two pods on one upload.** Each part goes to a place that its number says, `uploads/H` is
/// replaced whole and describes parts by their ETags, and completing names these: what becomes
/// visible is exactly what one pod has hashed. It names the tail by length and SHA-256: another
/// tail than the one it names is not used, and the upload goes on from its last whole part. Content
/// that no `blobs/H` leads to is removed only when it is as old as an unfinished upload may become.
/// A pod looks before each part whether another has taken the upload over, and then leaves it.
@NullMarked
package sotto.blob.s3;

import org.jspecify.annotations.NullMarked;
