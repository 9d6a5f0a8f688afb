@NullMarked
package sotto.relay.stream;

import org.jspecify.annotations.NullMarked;
