/// Segments of mailboxes.
@NullMarked
package sotto.blob.cold;

import org.jspecify.annotations.NullMarked;
