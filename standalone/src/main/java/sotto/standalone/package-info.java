/// All four services in one process with embedded storage.
@NullMarked
package sotto.standalone;

import org.jspecify.annotations.NullMarked;
