@NullMarked
package sotto.blob.folder;

import org.jspecify.annotations.NullMarked;
