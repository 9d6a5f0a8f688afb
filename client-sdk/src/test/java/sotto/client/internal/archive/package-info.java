/// Tests of the package of the same name.
@NullMarked
package sotto.client.internal.archive;

import org.jspecify.annotations.NullMarked;
