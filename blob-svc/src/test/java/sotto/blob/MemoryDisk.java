package sotto.blob;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/// Temporary folders in memory where the machine has such a place: fsync costs nothing there.
public final class MemoryDisk implements TempDirFactory {
  private static final Path TMPFS = Path.of("/dev/shm");

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    return Files.isWritable(TMPFS)
        ? Files.createTempDirectory(TMPFS, "sotto")
        : Files.createTempDirectory("sotto");
  }
}
