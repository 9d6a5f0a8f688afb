@NullMarked
package sotto.relay.delivery;

import org.jspecify.annotations.NullMarked;
