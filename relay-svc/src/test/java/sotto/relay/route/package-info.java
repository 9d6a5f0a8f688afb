@NullMarked
package sotto.relay.route;

import org.jspecify.annotations.NullMarked;
