/// The pieces that run for every message or every change, one by one, under JMH.
@NullMarked
package sotto.bench.micro;

import org.jspecify.annotations.NullMarked;
