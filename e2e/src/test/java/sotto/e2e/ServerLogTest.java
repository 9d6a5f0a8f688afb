package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLogTest {
  private static final String ACCOUNT = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;

  private List<String> complaints(String line) throws IOException {
    return new ServerLog(Files.writeString(folder.resolve("log"), line))
        .complaints(List.of(ACCOUNT));
  }

  @Test
  void codes_mayStandInIt() throws IOException {
    assertThat(complaints("cannot write: DOWN; SQL state HY000, code 1105")).isEmpty();
    assertThat(complaints("the database has 4 shards now")).isEmpty();
  }

  @Test
  void statementsAndSentencesOfTheDatabase_areFound() throws IOException {
    assertThat(complaints("failed: INSERT INTO inbox (account_id) VALUES (?)")).hasSize(1);
    assertThat(complaints("Duplicate entry '…' for key 'PRIMARY'")).hasSize(1);
    assertThat(complaints("target: sotto.-80.primary: vttablet: rpc error")).hasSize(1);
  }

  @Test
  void accountIds_areFound() throws IOException {
    assertThat(complaints("no row for " + ACCOUNT)).hasSize(1);
  }
}
