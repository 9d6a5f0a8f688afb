/// The simulation, in short.
@NullMarked
package sotto.e2e.sim;

import org.jspecify.annotations.NullMarked;
