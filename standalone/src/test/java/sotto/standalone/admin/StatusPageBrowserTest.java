package sotto.standalone.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.mesh.HostPort;

/// The page in a real browser, on a phone.
class StatusPageBrowserTest {
  private static final int WIDTH = 360;
  private static final int HEIGHT = 740;

  @TempDir Path scratch;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void page_showsWhatIsKnown_refreshesItself_andFitsAPhone(boolean dark) throws Exception {
    var program = Chromium.program();
    assumeTrue(
        program.isPresent(),
        "there is no chromium on the PATH, so the page is not tried in a browser: stack/sotto-stack install chromium");
    var page = StatusPage.open(new HostPort("127.0.0.1", 0), new Statuses(), new SecureRandom());
    try (var browser = Chromium.start(program.get(), Files.createDirectory(scratch.resolve("p")))) {
      browser.open(page.url(), WIDTH, HEIGHT, dark);
      browser.await("document.querySelectorAll('#parts .card').length === 2");
      assertThat(browser.value("document.body.innerText"))
          .contains("not well", "12.3 /s", "4.0 KiB", "3 h", "up to 1m", "10.0.0.1:7711")
          // Names are text, whatever they are.
          .contains("sotto-relay-6c5f4c9d8b-<b>x</b>", "is not reached: nothing listens there")
          .doesNotContain("NaN", "undefined");
      assertThat(browser.value("document.querySelectorAll('b').length")).isEqualTo("0");

      // Nothing is wider than the window.
      assertThat(browser.value("window.innerWidth")).isEqualTo(Integer.toString(WIDTH));
      assertThat(
              browser.value(
                  "[...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth || e.scrollWidth > Math.max(e.clientWidth, innerWidth)).length"))
          .isEqualTo("0");
      // Colours are those that the user wants.
      assertThat(browser.value("getComputedStyle(document.body).backgroundColor"))
          .isEqualTo(dark ? "rgb(22, 22, 20)" : "rgb(246, 246, 244)");
      Files.write(
          Files.createDirectories(Path.of("target")).resolve("page-" + dark + ".png"),
          browser.picture());

      // It refreshes in place: what was put into the page stays there.
      browser.value("window.mine = 'here'");
      var first = browser.value("document.getElementById('when').dataset.refreshed");
      browser.await("document.getElementById('when').dataset.refreshed > '" + first + "'");
      assertThat(browser.value("window.mine")).isEqualTo("here");

      // And stays when nobody answers.
      page.close();
      browser.await("document.body.innerText.includes('not answered any more')");
      assertThat(browser.value("document.querySelectorAll('#parts .card').length")).isEqualTo("2");
      assertThat(browser.complaints())
          .allMatch(c -> c.contains("ERR_CONNECTION_REFUSED") || c.contains("ERR_EMPTY_RESPONSE"));
    } finally {
      page.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"script", "style"})
  void whatIsPutIntoThePage_isRefusedByItsPolicy_andThisTestHearsOfIt(String kind)
      throws Exception {
    var program = Chromium.program();
    assumeTrue(
        program.isPresent(),
        "there is no chromium on the PATH, so the page is not tried in a browser: stack/sotto-stack install chromium");
    try (var page =
            StatusPage.open(new HostPort("127.0.0.1", 0), new Statuses(), new SecureRandom());
        var browser = Chromium.start(program.get(), Files.createDirectory(scratch.resolve("p")))) {
      browser.open(page.url(), WIDTH, HEIGHT, false);
      browser.await("document.querySelectorAll('#parts .card').length === 2");
      assertThat(browser.complaints()).isEmpty();
      browser.value(
          "(e => { e.textContent = 'window.evil = 1'; document.body.append(e) })(document.createElement('"
              + kind
              + "'))");
      browser.await("typeof window.evil === 'undefined'");
      assertThat(browser.complaints()).anyMatch(c -> c.contains("Content Security Policy"));
    }
  }
}
