package sotto.e2e;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All rows of a MySQL as of one instant, taken while others write, as `mysqldump
/// --single-transaction` takes them.
///
/// @param tables each with its rows, column by column
record DatabaseBackup(Map<String, List<List<Object>>> tables) {
  private static Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:" + url.replace("sotto@", "") + "?sslMode=DISABLED&allowPublicKeyRetrieval=true",
        "sotto",
        "");
  }

  static DatabaseBackup take(String url) throws SQLException {
    try (var connection = connect(url);
        var statement = connection.createStatement()) {
      statement.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      statement.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
      var tables = new LinkedHashMap<String, List<List<Object>>>();
      for (var row : rows(statement, "SHOW TABLES")) {
        tables.put(
            String.valueOf(row.getFirst()), rows(statement, "SELECT * FROM " + row.getFirst()));
      }
      return new DatabaseBackup(tables);
    }
  }

  private static List<List<Object>> rows(Statement statement, String sql) throws SQLException {
    try (var result = statement.executeQuery(sql)) {
      var rows = new ArrayList<List<Object>>();
      while (result.next()) {
        var row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getObject(i));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  /// Puts the rows back in place of those that are there.
  void restore(String url) throws SQLException {
    try (var connection = connect(url)) {
      for (var table : tables.entrySet()) {
        try (var statement = connection.createStatement()) {
          statement.executeUpdate("DELETE FROM " + table.getKey());
        }
        for (var row : table.getValue()) {
          insert(connection, table.getKey(), row);
        }
      }
    }
  }

  private static void insert(Connection connection, String table, List<Object> row)
      throws SQLException {
    var marks = String.join(", ", Collections.nCopies(row.size(), "?"));
    try (var statement =
        connection.prepareStatement("INSERT INTO " + table + " VALUES (" + marks + ")")) {
      for (int i = 0; i < row.size(); i++) {
        statement.setObject(i + 1, row.get(i));
      }
      statement.executeUpdate();
    }
  }
}
