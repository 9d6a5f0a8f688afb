/// What the client writes: lines for people, JSON for programs, and what keeps foreign text from
/// driving the terminal.
@NullMarked
package sotto.cli.print;

import org.jspecify.annotations.NullMarked;
