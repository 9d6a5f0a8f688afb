/// What an account may keep, and what it may send in a time.
@NullMarked
package sotto.blob.quota;

import org.jspecify.annotations.NullMarked;
