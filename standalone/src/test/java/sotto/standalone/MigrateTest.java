package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import sotto.store.sql.Schema;

class MigrateTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int migrate(String... options) {
    var all = new String[options.length + 1];
    all[0] = "migrate";
    System.arraycopy(options, 0, all, 1, options.length);
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all);
  }

  @Test
  void print_needsNoDatabaseAndPrintsWholeStatements() {
    assertThat(migrate("--print")).isZero();
    assertThat(out.toString())
        .contains("CREATE TABLE IF NOT EXISTS schema_version")
        .contains("ENGINE=InnoDB;")
        .doesNotContain("{");
  }

  @Test
  void print_fromTheNewestVersionIsNothing() {
    assertThat(migrate("--print", "--from", Integer.toString(Schema.VERSION))).isZero();
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void wrongUse_exitsWithTwoAndASentence() {
    assertThat(migrate("--from", "0")).isEqualTo(2);
    assertThat(err.toString()).startsWith("--from goes with --print");
    assertThat(migrate("--print", "--from", Integer.toString(Schema.VERSION + 1))).isEqualTo(2);
    assertThat(migrate()).isEqualTo(2);
    assertThat(err.toString()).contains("which database? Give --store URL");
  }

  @Test
  void badAddress_isOneSentenceWithoutItsPassword() {
    assertThat(migrate("--store", "mysql://me:hush@db")).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("sotto: --store.url: ").doesNotContain("hush");
  }
}
