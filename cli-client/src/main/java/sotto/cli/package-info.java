/// The terminal client, a thin skin on client-sdk.
@NullMarked
package sotto.cli;

import org.jspecify.annotations.NullMarked;
