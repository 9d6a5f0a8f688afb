/// What a measurement leaves behind: tables and plots, as Markdown for people, JSON for programs
/// and SVG.
@NullMarked
package sotto.bench.report;

import org.jspecify.annotations.NullMarked;
