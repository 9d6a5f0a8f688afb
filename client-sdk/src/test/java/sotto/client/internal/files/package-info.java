/// Tests of the package of the same name.
@NullMarked
package sotto.client.internal.files;

import org.jspecify.annotations.NullMarked;
