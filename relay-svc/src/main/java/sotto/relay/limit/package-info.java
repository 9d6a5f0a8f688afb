/// Limits of the relay, and what one who meets one is told.
@NullMarked
package sotto.relay.limit;

import org.jspecify.annotations.NullMarked;
