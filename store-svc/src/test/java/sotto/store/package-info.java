/// The store's claims, on real databases: see [TestDatabase].
@NullMarked
package sotto.store;

import org.jspecify.annotations.NullMarked;
