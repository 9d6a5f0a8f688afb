/// Time of the relay: one wheel for every deadline.
@NullMarked
package sotto.relay.time;

import org.jspecify.annotations.NullMarked;
