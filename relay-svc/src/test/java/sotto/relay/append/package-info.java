@NullMarked
package sotto.relay.append;

import org.jspecify.annotations.NullMarked;
