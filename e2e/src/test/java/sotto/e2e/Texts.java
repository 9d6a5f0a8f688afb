package sotto.e2e;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Texts that programs like to spoil.
final class Texts {
  static final int MAX = 65_536;

  private Texts() {}

  /// All of them are valid and come back as sent.
  static List<String> all() {
    return List.of(
        "plain",
        " leading and trailing space ",
        "🌻🎉🤦🏽‍♀️",
        // ZWJ families, flags, keycaps, skin tones.
        "👨‍👩‍👧‍👦👩🏿‍🚀🏴󠁧󠁢󠁳󠁣󠁴󠁿🇨🇭1️⃣",
        // Right to left, mixed with left to right and digits.
        "שלום עולם abc 123 مرحبا بالعالم",
        // Zero width: space, joiners, direction marks, BOM, word joiner.
        "a\u200bb\u200cc\u200dd\u200ee\u200ff\ufeffg\u2060h",
        // Combining: the two forms of é, a stack, Devanagari, Hangul jamo.
        "e\u0301 \u00e9 Z\u0351\u036b\u0343\u036a\u0302 क्षि 각",
        // Four bytes each.
        "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎𠜱𠝹 𓀀",
        "line one\nline two\r\nline three\rline four\n",
        "\ttabs\tand\u000bvertical\f",
        "NUL \u0000 in the middle",
        "ends with NUL\u0000",
        "every C0: "
            + java.util.stream.IntStream.range(0, 32)
                .mapToObj(Character::toString)
                .collect(java.util.stream.Collectors.joining()),
        "C1: \u0080\u0085\u009b31m\u009f DEL \u007f",
        "\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J",
        "\u202egnp.exe\u202c \u2066isolated\u2069",
        "\u2028line separator\u2029paragraph separator",
        "noncharacters \ufffe\uffff\ufdd0 and the replacement \ufffd",
        "\"quotes\" \\backslash\\ \\u0041 {json:[1,2]} <b>&amp;</b> %s %n $(id) `id` ${x} '; --",
        "\u00a0",
        "\n",
        "x".repeat(1_000),
        longest("a"),
        longest("ü"),
        longest("🌻"));
  }

  /// As long as a text may be, made of one thing.
  static String longest(String of) {
    return of.repeat(MAX / of.getBytes(StandardCharsets.UTF_8).length);
  }
}
