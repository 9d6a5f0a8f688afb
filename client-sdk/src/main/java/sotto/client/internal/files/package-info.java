/// Files on their way: ciphertext that has come in part ([PartialBlob]), files that get their name
/// ([SafeFolder]), what of a picture is sent ([Pictures]).
///
/// ```
/// home/
///   outgoing/UPLOAD_ID          a file, encrypted, until it is at the server or given up
///   incoming/HASH_OF_BLOB_ID    whole segments of a blob, each checked, until the file is saved
/// ```
@NullMarked
package sotto.client.internal.files;

import org.jspecify.annotations.NullMarked;
