package sotto.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/// How often somebody had data made durable, since some moment.
public interface Fsyncs {
  /// Of a process that does not say.
  Fsyncs NOT_KNOWN = () -> Double.NaN;

  /// How many until now; not a number = not known.
  double count() throws IOException;

  /// Where MySQL is.
  interface Database {
    /// A new connection.
    Connection open() throws SQLException;
  }

  /// Those of InnoDB, its log's among them, as MySQL counts them; not those of its binary log.
  ///
  /// @param database asked over a connection for each count: a server ends those that say nothing
  static Fsyncs of(Database database) {
    return () -> {
      try (var connection = database.open();
          var statement = connection.createStatement();
          var found = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Innodb_data_fsyncs'")) {
        return found.next() ? found.getLong(2) : Double.NaN;
      } catch (SQLException e) {
        throw new IOException(e);
      }
    };
  }

  /// Requests of the kernel to a disk to empty its cache, whoever caused them: an fsync is one or
  /// two, and several at once may share one.
  ///
  /// @param folder on that disk
  static Fsyncs ofDisk(Path folder) throws IOException {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return NOT_KNOWN;
    }
    long device = (Long) Files.getAttribute(folder, "unix:dev");
    // Linux's encoding: makedev(3).
    long major = (device >>> 8) & 0xfff;
    long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
    Path statistics = Path.of("/sys/dev/block", major + ":" + minor, "stat");
    return () -> Files.isReadable(statistics) ? flushes(Files.readString(statistics)) : Double.NaN;
  }

  /// Of a disk's statistics, the sixteenth field.
  static double flushes(String statistics) {
    String[] fields = statistics.strip().split("\\s+", -1);
    return fields.length > 15 ? Long.parseLong(fields[15]) : Double.NaN;
  }
}
