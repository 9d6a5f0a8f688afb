package sotto.client.internal.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sotto.client.SottoException;

/// Texts as the index has them, and what finds them.
final class TermsTest {
  private static boolean finds(String query, String text) {
    return new Sought(Words.read(query), 0, 1).in(Terms.of(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Zürich 2026, e-mail!         | zurich 2026 e mail
          日本語の本                    | 日本 本語 語の の本 本
          日                           | 日
          my 手机 is new                | my 手机 机 is new
          STRASSE straße ΟΔΟΣ οδός      | strasse strasse οδοσ οδοσ
          Ｆｕｌｌ ﬁne                    | full fine
          ｶﾞｰﾄﾞ                          | ガー ード ド
          हिन्दी में                       | हिन्दी में
          שָׁלוֹם مَرْحَبًا                    | שלום مرحبا
          👍🏽 ok                        | 👍 ok
          …?!                          | ''
          """)
  void text_becomesTheseTerms(String text, String terms) {
    assertThat(String.join(" ", Terms.of(text))).isEqualTo(terms);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hel            | say Hello to them
          them say       | say Hello to them
          "hello to"     | say Hello to them
          "to them."     | say Hello to them
          resume         | mon Résumé
          RÉSU           | mon resume
          e-ma           | an E-Mail came
          本語           | 日本語の本
          日本語         | 日本語の本
          語             | 日本語
          本             | 日本
          "日本語 is"    | 日本語 is hard
          "本語 is"      | 日本語 is hard
          "hard 日"      | hard 日本
          สวัส           | กสวัสดีครับ
          ครับ           | สวัสดีครับ
          한국           | 대한국민
          👍             | good 👍🏽
          """)
  void query_findsIt(String query, String text) {
    assertThat(finds(query, text)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ello           | say Hello to them
          "hello the"    | say Hello to them
          "hello them"   | say Hello to them
          語日           | 日本語 日記
          日語           | 日本語
          "日本 is"      | 日本語 is hard
          mail-e         | an e-mail came
          """)
  void query_doesNotFindIt(String query, String text) {
    assertThat(finds(query, text)).isFalse();
  }

  @Test
  void quotationMarkWithoutPartner_isASentence() {
    assertThatThrownBy(() -> Words.read("hello \"there"))
        .isInstanceOfSatisfying(
            SottoException.class,
            e -> assertThat(e.code()).isEqualTo(SottoException.Code.INVALID_INPUT))
        .hasMessageContaining("quotation mark");
    assertThat(Words.read("„zwei Wörter“ drei"))
        .extracting(Phrase::terms)
        .containsExactly(List.of("zwei", "worter"), List.of("drei"));
  }

  /// Any stretch of a text that a user may copy finds the text.
  @Test
  void everyPieceOfAText_findsIt_inEveryScript() {
    Random random = new Random(20_261_127);
    String alphabet = "abcé ß-.Жй 日本語カナー ไทย้ 한글 ا ب 👍🏽हि";
    int[] points = alphabet.codePoints().toArray();
    for (int round = 0; round < 2000; round++) {
      StringBuilder made = new StringBuilder();
      for (int i = 0; i < 1 + random.nextInt(12); i++) {
        made.appendCodePoint(points[random.nextInt(points.length)]);
      }
      String text = made.toString();
      List<String> terms = Terms.of(text);
      assertThat(terms).noneMatch(t -> t.isEmpty() || t.indexOf(' ') >= 0 || t.indexOf('"') >= 0);
      Phrase whole = Terms.phrase(text);
      if (!whole.terms().isEmpty()) {
        assertThat(whole.in(terms)).as("%s of %s", whole, terms).isTrue();
        assertThat(Terms.word(text).in(terms)).as("%s", text).isTrue();
      }
    }
  }

  @Test
  void longTerm_isCut_andFoundByItsBeginning() {
    String text = "a".repeat(60_000);
    assertThat(Terms.of(text).getFirst()).hasSize(64);
    assertThat(finds("a".repeat(1000), text)).isTrue();
  }
}
