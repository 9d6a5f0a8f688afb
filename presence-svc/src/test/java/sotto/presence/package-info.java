@NullMarked
package sotto.presence;

import org.jspecify.annotations.NullMarked;
