@NullMarked
package sotto.blob.transfer;

import org.jspecify.annotations.NullMarked;
