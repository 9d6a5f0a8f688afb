/// The store's claims, on real database files.
@NullMarked
package sotto.store;

import org.jspecify.annotations.NullMarked;
