/// Previews of pictures on terminals. What the sender sent never reaches one: a preview is decoded
/// to pixels, at a bounded price, and the pixels are written anew in what the terminal understands.
@NullMarked
package sotto.cli.image;

import org.jspecify.annotations.NullMarked;
