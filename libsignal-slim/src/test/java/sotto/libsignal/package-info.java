/// Checks of the slimmed libsignal-client.
@NullMarked
package sotto.libsignal;

import org.jspecify.annotations.NullMarked;
