@NullMarked
package sotto.store.admin;

import org.jspecify.annotations.NullMarked;
