/// What the tests of services share.
@NullMarked
package sotto.mesh.testing;

import org.jspecify.annotations.NullMarked;
