/// The engine that apps embed: account, conversations, outbox, inbox, local encrypted store.
@NullMarked
package sotto.client;

import org.jspecify.annotations.NullMarked;
