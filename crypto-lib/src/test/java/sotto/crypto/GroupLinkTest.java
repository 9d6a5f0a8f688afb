package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import sotto.chain.Bytes;

class GroupLinkTest {
  private final SecureRandom random = new SecureRandom();
  private final GroupKey key = GroupKey.generate(random);
  private final Bytes group =
      Bytes.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});

  @Test
  void link_isReadAsItWasMade_howeverItWasTyped() {
    try (GroupLink link = GroupLink.generate(group, key, random)) {
      String text = link.text();
      for (String typed :
          new String[] {
            text,
            " " + text + "\n",
            text.substring(GroupLink.PREFIX.length()).toLowerCase(Locale.ROOT)
          }) {
        try (GroupLink read = GroupLink.read(typed).orElseThrow()) {
          assertThat(read.group()).isEqualTo(group);
          assertThat(read.key()).isEqualTo(key);
          assertThat(read.publicKey()).isEqualTo(link.publicKey());
          byte[] message = {1};
          assertThat(link.publicKey().verifies(message, read.sign(message))).isTrue();
        }
      }
      assertThat(GroupLink.of(group, key, link.seed()).publicKey()).isEqualTo(link.publicKey());
    }
  }

  @Test
  void wrongCharacter_isNoticed() {
    try (GroupLink link = GroupLink.generate(group, key, random)) {
      StringBuilder text = new StringBuilder(link.text());
      for (int i = GroupLink.PREFIX.length(); i < text.length(); i++) {
        char right = text.charAt(i);
        text.setCharAt(i, right == '0' ? '2' : '0');
        assertThat(GroupLink.read(text.toString())).isEmpty();
        text.setCharAt(i, right);
      }
      assertThat(GroupLink.read(text.substring(1))).isEmpty();
      assertThat(GroupLink.read("")).isEmpty();
    }
  }

  @Test
  void secret_isNotPrinted() {
    try (GroupLink link = GroupLink.generate(group, key, random)) {
      assertThat(link.toString()).isEqualTo("GroupLink[" + group + "]");
    }
  }
}
