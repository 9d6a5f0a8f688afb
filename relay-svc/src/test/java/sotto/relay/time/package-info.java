@NullMarked
package sotto.relay.time;

import org.jspecify.annotations.NullMarked;
