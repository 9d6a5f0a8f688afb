/// Provisioning slots: where two devices meet that share an address and nothing else yet (protocol
/// C2). In the memory of the owner of the address's bucket, and nowhere else: whoever loses a slot
/// starts again.
@NullMarked
package sotto.store.slot;

import org.jspecify.annotations.NullMarked;
