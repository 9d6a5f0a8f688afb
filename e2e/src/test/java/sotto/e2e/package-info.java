/// Whole journeys and faults against the real parts, and the rules of who may know whom.
@NullMarked
package sotto.e2e;

import org.jspecify.annotations.NullMarked;
