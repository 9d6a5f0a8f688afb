/// The .proto files, what is generated from them, the one way to make a status, and the spans whose
/// context goes in messages' fields.
@NullMarked
package sotto.proto;

import org.jspecify.annotations.NullMarked;
