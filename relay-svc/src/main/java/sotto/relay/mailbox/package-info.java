/// The calls to the store, gathered into batches.
@NullMarked
package sotto.relay.mailbox;

import org.jspecify.annotations.NullMarked;
