/// From a client to the mailboxes: lanes and the append stream.
@NullMarked
package sotto.relay.append;

import org.jspecify.annotations.NullMarked;
