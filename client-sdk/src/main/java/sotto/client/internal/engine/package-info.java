/// What keeps a home in step with its server: connection, outbox, inbox, upkeep.
///
/// Threads: the store's lane does all cryptography and all writes; `sotto-connection` (virtual)
/// keeps the stream open; calls to the server run on virtual threads of their own; `sotto-timer`
/// only wakes others. State that is not in the store belongs to the lane unless it says otherwise.
@NullMarked
package sotto.client.internal.engine;

import org.jspecify.annotations.NullMarked;
