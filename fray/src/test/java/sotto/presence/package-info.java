/// Attach streams under chosen schedules.
@NullMarked
package sotto.presence;

import org.jspecify.annotations.NullMarked;
