package sotto.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.store.sql.Failure.DOWN;
import static sotto.store.sql.Failure.FULL;
import static sotto.store.sql.Failure.LOST;
import static sotto.store.sql.Failure.REFUSED;
import static sotto.store.sql.Failure.SPLIT;
import static sotto.store.sql.Failure.UNDONE;

import com.mysql.cj.jdbc.exceptions.CommunicationsException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What MySQL's and vtgate's errors mean.
final class MySqlDialectTest {
  private final MySqlDialect dialect =
      new MySqlDialect(StoreUrl.parse("mysql://me@localhost/chat"), true, 1);

  private static Arguments row(int code, String state, String text, Failure meaning) {
    return Arguments.of(code, state, text, meaning);
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        row(1021, "HY000", "Disk full (/tmp/x); waiting for someone to free some space", FULL),
        row(1114, "HY000", "The table 'inbox' is full", FULL),
        row(1205, "HY000", "Lock wait timeout exceeded; try restarting transaction", UNDONE),
        row(1213, "40001", "Deadlock found when trying to get lock", UNDONE),
        row(3572, "HY000", "Statement aborted because lock(s) could not be acquired", UNDONE),
        row(1317, "70100", "transaction 1700: ended at 10:00:00 (exceeded timeout: 5s)", UNDONE),
        row(1317, "70100", "multi-db transaction attempted: [-80 80-]", SPLIT),
        row(1105, "HY000", "VT09015: multi-db transaction attempted: [-80 80-]", SPLIT),
        row(1053, "08S01", "Server shutdown in progress", LOST),
        row(4031, "HY000", "The client was disconnected by the server because of inactivity", LOST),
        row(1290, "HY000", "running with the --read-only option so it cannot execute this", LOST),
        row(1836, "HY000", "Running in read-only mode", LOST),
        row(9999, "08S01", "Communications link failure", LOST),
        row(2006, "HY000", "vttablet: rpc error: code = Canceled (errno 2006)", DOWN),
        row(2013, "HY000", "vttablet: rpc error: code = Canceled desc = EOF (errno 2013)", DOWN),
        row(1815, "HY000", "VT13001: [BUG] unexpected 'autocommitted' state", DOWN),
        row(3024, "HY000", "Query execution was interrupted, maximum time exceeded", DOWN),
        row(1040, "08004", "Too many connections", DOWN),
        row(1203, "42000", "User sotto already has more than 'max_user_connections'", DOWN),
        row(1226, "42000", "User 'sotto' has exceeded the 'max_updates' resource", DOWN),
        row(1105, "HY000", "rpc error: code = Unavailable desc = error reading: EOF", DOWN),
        row(1105, "HY000", "primary is not serving, there may be a reparent operation", DOWN),
        row(
            1105,
            "HY000",
            "plan includes scatter, which is disallowed using the no-scatter",
            REFUSED),
        row(1105, "HY000", "VT12001: unsupported: this statement", REFUSED),
        row(1105, "HY000", "rpc error: code = InvalidArgument desc = wrong", REFUSED),
        row(0, "S1000", "Packet for query is too large (83,886,253 > 67,108,864)", REFUSED),
        row(1062, "23000", "Duplicate entry", REFUSED),
        row(1064, "42000", "You have an error in your SQL syntax", REFUSED),
        row(1146, "42S02", "Table 'sotto.inbox' doesn't exist", REFUSED),
        row(1406, "22001", "Data too long for column", REFUSED),
        row(3819, "HY000", "Check constraint 'poison' is violated", REFUSED));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void error_meansWhatTheTableSays(int code, String state, String text, Failure meaning) {
    assertThat(dialect.classify(new SQLException(text, state, code))).isEqualTo(meaning);
  }

  @Test
  void goneConnection_isLostAndAFullServerIsDown() {
    assertThat(dialect.classify(new CommunicationsException("gone", new Exception())))
        .isEqualTo(LOST);
    assertThat(dialect.classify(new SQLNonTransientConnectionException("closed", "08003", 0)))
        .isEqualTo(LOST);
    assertThat(dialect.classify(new SQLNonTransientConnectionException("many", "08004", 1040)))
        .isEqualTo(DOWN);
  }

  @Test
  void errorWithoutTextOrState_isRefused() {
    assertThat(dialect.classify(new SQLException())).isEqualTo(REFUSED);
  }

  @Test
  void onlyAnUndoneOrSplitTransaction_passesAtOnce() {
    assertThat(Stream.of(Failure.values()).filter(Failure::passesAtOnce))
        .containsExactly(UNDONE, SPLIT);
  }
}
