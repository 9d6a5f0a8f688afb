@NullMarked
package sotto.store.slot;

import org.jspecify.annotations.NullMarked;
