/// The delivery loop under chosen schedules.
@NullMarked
package sotto.relay.delivery;

import org.jspecify.annotations.NullMarked;
