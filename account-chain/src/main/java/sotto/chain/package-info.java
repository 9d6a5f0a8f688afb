/// The chain of signed links that an account is, and its checks. JDK only.
@NullMarked
package sotto.chain;

import org.jspecify.annotations.NullMarked;
