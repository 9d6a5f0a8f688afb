@NullMarked
package sotto.cli.export;

import org.jspecify.annotations.NullMarked;
