/// Where devices are: presence, locations, forwards between relays.
@NullMarked
package sotto.relay.route;

import org.jspecify.annotations.NullMarked;
