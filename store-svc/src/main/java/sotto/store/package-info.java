/// The system of record: accounts, chains, pre-keys, usernames, mailboxes.
@NullMarked
package sotto.store;

import org.jspecify.annotations.NullMarked;
