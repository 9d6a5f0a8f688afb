/// The .proto files, what is generated from them, and the one way to make a status.
@NullMarked
package sotto.proto;

import org.jspecify.annotations.NullMarked;
