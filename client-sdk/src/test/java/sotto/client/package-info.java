/// Tests of the SDK, and the fake server they run against.
@NullMarked
package sotto.client;

import org.jspecify.annotations.NullMarked;
