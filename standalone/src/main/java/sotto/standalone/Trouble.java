package sotto.standalone;

import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import sotto.mesh.ConfigException;
import sotto.store.sql.StorageException;

/// Says in one sentence why the server could not start.
public final class Trouble {
  private static final int DEEPEST = 16;

  private Trouble() {}

  /// The sentence of the most telling cause.
  public static String sentence(Throwable thrown) {
    var chain = chain(thrown);
    for (var cause : chain) {
      switch (cause) {
        case ConfigException e -> {
          return text(e);
        }
        case CannotServe e -> {
          return text(e);
        }
        case AccessDeniedException e -> {
          return "no permission to use " + e.getFile();
        }
        case NoSuchFileException e -> {
          return e.getFile() + ": there is no such file or folder, or it cannot be made";
        }
        case FileSystemException e -> {
          return e.getFile() + ": " + Objects.requireNonNullElse(e.getReason(), kind(e));
        }
        case UnresolvedAddressException _ -> {
          return "there is no such host";
        }
        default -> {}
      }
    }
    if (chain.stream().anyMatch(Trouble::isFull)) {
      return "the disk is full, or the folder has reached its quota: " + text(thrown);
    }
    return text(thrown) + last(thrown, chain.getLast());
  }

  private static boolean isFull(Throwable cause) {
    var text = text(cause).toLowerCase(Locale.ROOT);
    // 13: SQLITE_FULL, of which the store tells the code.
    return (cause instanceof StorageException && text.endsWith(", code 13)"))
        || text.contains("no space left")
        || text.contains("disk is full")
        || text.contains("quota exceeded");
  }

  private static String last(Throwable thrown, Throwable root) {
    return root.equals(thrown) || text(thrown).contains(text(root)) ? "" : " (" + text(root) + ")";
  }

  private static String text(Throwable thrown) {
    var message = thrown.getMessage();
    return message == null || message.isBlank() ? kind(thrown) : message;
  }

  private static String kind(Throwable thrown) {
    return thrown.getClass().getSimpleName();
  }

  private static List<Throwable> chain(Throwable thrown) {
    var chain = new ArrayList<Throwable>();
    for (var next = thrown; next != null && chain.size() < DEEPEST; next = next.getCause()) {
      chain.add(next);
    }
    return chain;
  }
}
