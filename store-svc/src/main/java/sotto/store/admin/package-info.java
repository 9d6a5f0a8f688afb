/// What operators may ask of a store and tell it to do.
@NullMarked
package sotto.store.admin;

import org.jspecify.annotations.NullMarked;
