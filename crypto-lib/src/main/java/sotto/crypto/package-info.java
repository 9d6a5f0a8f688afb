/// The Signal protocol behind small interfaces of our own. No network, no SQL, no service protos.
@NullMarked
package sotto.crypto;

import org.jspecify.annotations.NullMarked;
