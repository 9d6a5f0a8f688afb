/// The parts of mailboxes that need no database.
@NullMarked
package sotto.store.mailbox;

import org.jspecify.annotations.NullMarked;
