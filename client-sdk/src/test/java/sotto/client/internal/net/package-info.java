/// Tests of the package of the same name.
@NullMarked
package sotto.client.internal.net;

import org.jspecify.annotations.NullMarked;
