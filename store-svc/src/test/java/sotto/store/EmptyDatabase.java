package sotto.store;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Starts the database before the first test that needs it, which may take longer than a test has,
/// and empties it before each.
final class EmptyDatabase implements BeforeAllCallback, BeforeEachCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    var _ = TestDatabase.in(Path.of(""));
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    TestDatabase.in(Path.of("")).empty();
  }
}
