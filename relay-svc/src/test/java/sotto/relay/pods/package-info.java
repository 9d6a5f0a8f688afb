@NullMarked
package sotto.relay.pods;

import org.jspecify.annotations.NullMarked;
