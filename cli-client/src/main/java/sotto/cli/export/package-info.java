/// Conversations as files that people and programs can read without sotto.
@NullMarked
package sotto.cli.export;

import org.jspecify.annotations.NullMarked;
