@NullMarked
package sotto.store.peer;

import org.jspecify.annotations.NullMarked;
