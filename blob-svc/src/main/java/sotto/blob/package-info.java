/// Encrypted media: upload, download, expiry.
@NullMarked
package sotto.blob;

import org.jspecify.annotations.NullMarked;
