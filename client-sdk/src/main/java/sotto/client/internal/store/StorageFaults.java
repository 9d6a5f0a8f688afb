package sotto.client.internal.store;

import java.sql.SQLException;
import sotto.client.SottoException;

/// What a failed statement means for the user.
public final class StorageFaults {
  // https://sqlite.org/rescode.html, primary result codes.
  private static final int READONLY = 8;
  private static final int IOERR = 10;
  private static final int CORRUPT = 11;
  private static final int FULL = 13;
  private static final int CANTOPEN = 14;
  private static final int NOTADB = 26;
  private static final int PRIMARY = 0xff;

  private StorageFaults() {}

  /// The failure that a driver's exception stands for.
  public static SottoException of(SQLException e) {
    return switch (e.getErrorCode() & PRIMARY) {
      case FULL, IOERR, READONLY, CANTOPEN ->
          SottoException.of(
              SottoException.Code.STORAGE_FULL,
              "The store cannot be written: is the disk full or read-only?",
              e);
      case CORRUPT, NOTADB ->
          SottoException.of(SottoException.Code.STORAGE_DAMAGED, "The store is damaged.", e);
      default ->
          SottoException.of(SottoException.Code.INTERNAL, "The store refused a statement.", e);
    };
  }

  static boolean notADatabase(SQLException e) {
    return (e.getErrorCode() & PRIMARY) == NOTADB;
  }

  /// Whether the failure undid the whole transaction, not one statement only.
  static boolean endsTransaction(Throwable failure) {
    return failure instanceof SottoException e
        && (e.code() == SottoException.Code.STORAGE_FULL
            || e.code() == SottoException.Code.STORAGE_DAMAGED);
  }
}
