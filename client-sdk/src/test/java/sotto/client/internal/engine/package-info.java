/// Tests of the package of the same name.
@NullMarked
package sotto.client.internal.engine;

import org.jspecify.annotations.NullMarked;
