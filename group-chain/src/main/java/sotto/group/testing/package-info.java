/// Groups for tests of whatever works with them: real keys and signatures, made from a seed.
@NullMarked
package sotto.group.testing;

import org.jspecify.annotations.NullMarked;
