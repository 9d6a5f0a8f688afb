/// Calls that the relay makes to others on behalf of all its clients.
@NullMarked
package sotto.relay.call;

import org.jspecify.annotations.NullMarked;
