/// What is measured of a run: when things were to happen and did, and what processes spent on it.
@NullMarked
package sotto.bench.measure;

import org.jspecify.annotations.NullMarked;
