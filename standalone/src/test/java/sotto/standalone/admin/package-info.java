@NullMarked
package sotto.standalone.admin;

import org.jspecify.annotations.NullMarked;
