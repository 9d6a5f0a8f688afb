/// Which store pod a call goes to (protocol B3).
@NullMarked
package sotto.relay.pods;

import org.jspecify.annotations.NullMarked;
