@NullMarked
package sotto.blob;

import org.jspecify.annotations.NullMarked;
