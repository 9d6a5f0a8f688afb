/// Measurements that operators and developers repeat.
@NullMarked
package sotto.bench;

import org.jspecify.annotations.NullMarked;
