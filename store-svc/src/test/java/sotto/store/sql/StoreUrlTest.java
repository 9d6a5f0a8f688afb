package sotto.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StoreUrlTest {
  @Test
  void fullAddress_isReadAsItIs() {
    StoreUrl url = StoreUrl.parse("mysql://me:s3:cret@db.example:3307/chat?tls=on");
    assertThat(url)
        .isEqualTo(
            new StoreUrl(
                "me", Optional.of("s3:cret"), "db.example", 3307, "chat", StoreUrl.Tls.ON));
  }

  @Test
  void whatIsLeftOut_isTheUsual() {
    StoreUrl url = StoreUrl.parse("mysql://me@db.example/chat");
    assertThat(url.port()).isEqualTo(3306);
    assertThat(url.password()).isEmpty();
    assertThat(url.tls()).isEqualTo(StoreUrl.Tls.VERIFY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "[::1]"})
  void loopback_isNotEncryptedUnlessAskedFor(String host) {
    assertThat(StoreUrl.parse("mysql://me@" + host + "/chat").tls()).isEqualTo(StoreUrl.Tls.OFF);
    assertThat(StoreUrl.parse("mysql://me@" + host + "/chat?tls=verify").tls())
        .isEqualTo(StoreUrl.Tls.VERIFY);
  }

  /// A name that only begins like the loopback address is anybody's.
  @Test
  void hostThatLooksLikeLoopback_isVerified() {
    assertThat(StoreUrl.parse("mysql://me@127.example.org/chat").tls())
        .isEqualTo(StoreUrl.Tls.VERIFY);
  }

  @Test
  void ipv6Address_isShownInBrackets() {
    StoreUrl url = StoreUrl.parse("mysql://me@[2001:db8::1]:3307/chat");
    assertThat(url.host()).isEqualTo("2001:db8::1");
    assertThat(url).hasToString("mysql://me@[2001:db8::1]:3307/chat");
  }

  @Test
  void text_hasNoPassword() {
    StoreUrl url = StoreUrl.parse("mysql://me:s3cret@db.example/chat");
    assertThat(url).hasToString("mysql://me@db.example:3306/chat");
    assertThat(url.withPassword("other").toString()).doesNotContain("other");
    assertThat(url.withPassword("other").password()).contains("other");
  }

  @Test
  void escapedPassword_isReadAsItIs() {
    assertThat(StoreUrl.parse("mysql://me:a%40b%2Fc@localhost/chat").password()).contains("a@b/c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3cret",
        "jdbc:mysql://me:s3cret@localhost/chat",
        "postgres://me:s3cret@localhost/chat",
        "mysql://localhost/chat",
        "mysql://:s3cret@localhost/chat",
        "mysql://me:s3cret@localhost",
        "mysql://me:s3cret@localhost/",
        "mysql://me:s3cret@localhost/a/b",
        "mysql://me:s3cret@localhost/a-b",
        "mysql://me:s3cret@localhost/chat?tls=maybe",
        "mysql://me:s3cret@localhost/chat?tls=on&x=s3cret",
        "mysql://me:s3cret@localhost/chat#s3cret",
        "mysql://me:s3cret@local host/chat",
        "mysql://me:s3cret%@localhost/chat",
        "mysql://me:s3cret@localhost:0/chat",
        "mysql://me:s3cret@localhost:70000/chat",
        "mysql://me:s3cret@local_host/chat"
      })
  void addressThatIsNone_isRefusedWithoutItsPassword(String text) {
    assertThatThrownBy(() -> StoreUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cret")
        .hasNoCause();
  }
}
