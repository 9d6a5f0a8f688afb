/// Tests of the standalone server as a process.
@NullMarked
package sotto.standalone;

import org.jspecify.annotations.NullMarked;
