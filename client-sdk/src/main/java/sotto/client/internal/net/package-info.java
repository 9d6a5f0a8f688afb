/// What talks to the server: the channel, unary calls with a token, the device's stream. No store,
/// no cryptography.
@NullMarked
package sotto.client.internal.net;

import org.jspecify.annotations.NullMarked;
