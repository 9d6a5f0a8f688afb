/// From the mailbox to one client: the delivery loop.
@NullMarked
package sotto.relay.delivery;

import org.jspecify.annotations.NullMarked;
