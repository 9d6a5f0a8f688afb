/// Who is connected where, and who wants to know.
@NullMarked
package sotto.presence;

import org.jspecify.annotations.NullMarked;
