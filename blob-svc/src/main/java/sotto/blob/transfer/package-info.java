/// What clients call: uploads, downloads, renewal, deletion; and the sweep behind them.
@NullMarked
package sotto.blob.transfer;

import org.jspecify.annotations.NullMarked;
