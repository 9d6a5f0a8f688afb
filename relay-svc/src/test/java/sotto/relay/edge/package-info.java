@NullMarked
package sotto.relay.edge;

import org.jspecify.annotations.NullMarked;
