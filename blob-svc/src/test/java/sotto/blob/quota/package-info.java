@NullMarked
package sotto.blob.quota;

import org.jspecify.annotations.NullMarked;
