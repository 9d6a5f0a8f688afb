package sotto.crypto;

import java.io.IOException;

/// A blob is not what its sender encrypted: changed, cut off, extended, put in another order, or of
/// another key.
public final class AttachmentDamaged extends IOException {
  private static final long serialVersionUID = 1L;

  AttachmentDamaged(String what) {
    super(what);
  }

  AttachmentDamaged(String what, Throwable cause) {
    super(what, cause);
  }
}
