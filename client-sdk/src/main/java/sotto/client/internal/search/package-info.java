/// What search makes of texts and of what is looked for in them: terms and phrases of terms. No
/// SQL.
@NullMarked
package sotto.client.internal.search;

import org.jspecify.annotations.NullMarked;
