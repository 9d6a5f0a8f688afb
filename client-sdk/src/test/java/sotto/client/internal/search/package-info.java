@NullMarked
package sotto.client.internal.search;

import org.jspecify.annotations.NullMarked;
