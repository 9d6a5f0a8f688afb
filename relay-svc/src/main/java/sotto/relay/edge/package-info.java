/// The door: tokens, limits and the pass-through of the unary services.
@NullMarked
package sotto.relay.edge;

import org.jspecify.annotations.NullMarked;
