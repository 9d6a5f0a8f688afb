package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import sotto.store.sql.StorageException;

class TroubleTest {
  @Test
  void sentence_isOfTheMostTellingCause() {
    assertThat(
            Trouble.sentence(
                new UncheckedIOException("x", new AccessDeniedException("/d/store.lock"))))
        .isEqualTo("no permission to use /d/store.lock");
    assertThat(
            Trouble.sentence(
                new IOException(new FileSystemException("/d/x", null, "No space left on device"))))
        .isEqualTo("/d/x: No space left on device");
    assertThat(
            Trouble.sentence(
                new IllegalStateException(
                    "cannot open the database", new SQLException("database or disk is full"))))
        .isEqualTo(
            "the disk is full, or the folder has reached its quota: cannot open the database");
    assertThat(
            Trouble.sentence(new StorageException("cannot write", new SQLException("x", null, 13))))
        .startsWith("the disk is full");
    assertThat(Trouble.sentence(new IOException("x", new UnresolvedAddressException())))
        .isEqualTo("there is no such host");
    assertThat(Trouble.sentence(new IllegalStateException("x", new IOException("y"))))
        .isEqualTo("x (y)");
    assertThat(Trouble.sentence(new IllegalStateException())).isEqualTo("IllegalStateException");
  }
}
