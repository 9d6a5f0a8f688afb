@NullMarked
package sotto.store.sql;

import org.jspecify.annotations.NullMarked;
