/// What the parts under Sotto can do by themselves on this machine, so that its figures can be
/// given as ratios.
@NullMarked
package sotto.bench.baseline;

import org.jspecify.annotations.NullMarked;
