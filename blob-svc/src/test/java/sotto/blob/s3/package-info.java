@NullMarked
package sotto.blob.s3;

import org.jspecify.annotations.NullMarked;
