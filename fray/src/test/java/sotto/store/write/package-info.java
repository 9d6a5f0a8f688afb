/// The writer's queue under chosen schedules.
@NullMarked
package sotto.store.write;

import org.jspecify.annotations.NullMarked;
