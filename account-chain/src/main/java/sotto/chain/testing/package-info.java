/// Accounts for tests of whatever works with chains: real keys and signatures, made from a seed.
@NullMarked
package sotto.chain.testing;

import org.jspecify.annotations.NullMarked;
