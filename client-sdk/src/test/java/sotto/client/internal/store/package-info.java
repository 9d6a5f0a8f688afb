/// Tests of the package of the same name.
@NullMarked
package sotto.client.internal.store;

import org.jspecify.annotations.NullMarked;
