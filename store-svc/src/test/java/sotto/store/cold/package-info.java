/// The cold tier's formats and the ways to the blob store.
@NullMarked
package sotto.store.cold;

import org.jspecify.annotations.NullMarked;
