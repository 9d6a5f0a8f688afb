/// The device streams of this relay.
@NullMarked
package sotto.relay.stream;

import org.jspecify.annotations.NullMarked;
