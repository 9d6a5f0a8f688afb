/// Store pod to store pod (protocol B3): whether another owner is there, and what is handed to it.
@NullMarked
package sotto.store.peer;

import org.jspecify.annotations.NullMarked;
