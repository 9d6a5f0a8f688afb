package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A folder whose disk can be full: a small file system in memory where this process may mount one
/// (as root), else a limit on the size of files for the processes that use it, which the kernel
/// enforces with another error at the same place.
sealed interface SmallDisk extends AutoCloseable {
  /// Where it is.
  Path folder();

  /// From now on nothing more can be written.
  ///
  /// @param running processes that use it
  void fill(long... running);

  /// There is room again.
  void free(long... running);

  /// A process to be started on it.
  ProcessBuilder on(ProcessBuilder process);

  @Override
  void close();

  /// The best that is possible here.
  ///
  /// @param folder to be made
  /// @param megabytes its size
  static SmallDisk at(Path folder, int megabytes) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
    return mounted ? new Mounted(folder) : limited(folder);
  }

  /// A limit on the size of files.
  static SmallDisk limited(Path folder) {
    return new Limited(folder);
  }

  private static boolean run(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// A file system of its own.
  ///
  /// @param folder where it is mounted
  record Mounted(Path folder) implements SmallDisk {
    private Path filler() {
      return folder.resolve("filler");
    }

    @Override
    public void fill(long... running) {
      try (var out = Files.newOutputStream(filler())) {
        var some = new byte[4096];
        while (true) {
          out.write(some);
        }
      } catch (IOException e) {
        assertThat(folder.toFile().getUsableSpace()).isLessThan(4096);
      }
    }

    /// Leaves only so much room.
    void leave(int megabytes) {
      try (var out = Files.newOutputStream(filler())) {
        var some = new byte[1 << 20];
        while (folder.toFile().getUsableSpace() > (long) megabytes << 20) {
          out.write(some);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void free(long... running) {
      try {
        Files.delete(filler());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public ProcessBuilder on(ProcessBuilder process) {
      return process;
    }

    @Override
    public void close() {
      run("umount", "-l", folder.toString());
    }
  }

  /// A limit for processes. Not for several threads.
  final class Limited implements SmallDisk {
    private final Path folder;
    private boolean full;

    Limited(Path folder) {
      this.folder = folder;
    }

    @Override
    public Path folder() {
      return folder;
    }

    @Override
    public void fill(long... running) {
      full = true;
      limit("0", running);
    }

    @Override
    public void free(long... running) {
      full = false;
      limit("unlimited", running);
    }

    private static void limit(String bytes, long... running) {
      for (var pid : running) {
        assertThat(run("prlimit", "--pid", Long.toString(pid), "--fsize=" + bytes + ":"))
            .as("prlimit of %s", pid)
            .isTrue();
      }
    }

    @Override
    public ProcessBuilder on(ProcessBuilder process) {
      if (full) {
        var command = new ArrayList<>(List.of("sh", "-c", "ulimit -S -f 0; exec \"$@\"", "sh"));
        command.addAll(process.command());
        process.command(command);
      }
      return process;
    }

    @Override
    public void close() {}
  }
}
