/// The public edge: device streams, routing, delivery.
@NullMarked
package sotto.relay;

import org.jspecify.annotations.NullMarked;
