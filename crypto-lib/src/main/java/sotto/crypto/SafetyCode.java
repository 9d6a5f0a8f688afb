package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bouncycastle.util.encoders.Base32;
import org.bouncycastle.util.encoders.DecoderException;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceEntry;
import sotto.chain.LinkHash;

/// What one side shows as a QR code and the other scans: both accounts as the one who shows it sees
/// them (protocol A2).
///
/// ```
/// bytes = version 1 ‖ own view ‖ view of the other
/// view  = account id 16 ‖ identity key of link 0 33 ‖ sequence 4 ‖ head hash 32
/// text  = "SOTTO:" ‖ base32 (RFC 4648 §6) of the bytes, without "="      only characters of a QR code's alphanumeric mode
/// ```
///
/// @param own how the one who shows it sees himself
/// @param peer how the one who shows it sees the other
public record SafetyCode(View own, View peer) {
  private static final byte VERSION = 1;
  private static final int VIEW_LENGTH =
      AccountId.LENGTH + DeviceEntry.IDENTITY_KEY_LENGTH + Integer.BYTES + LinkHash.LENGTH;
  private static final int LENGTH = 1 + 2 * VIEW_LENGTH;
  private static final String PREFIX = "SOTTO:";
  private static final int TEXT_LENGTH = PREFIX.length() + (LENGTH * 8 + 4) / 5;

  /// One account as someone sees it.
  ///
  /// @param account the account
  /// @param link0Key the 33-byte identity key in its link 0
  /// @param sequence the newest known link
  /// @param head its hash
  public record View(AccountId account, Bytes link0Key, long sequence, LinkHash head) {
    /// Checks the bounds.
    ///
    /// @throws IllegalArgumentException if the key is not 33 bytes or the sequence has more than 32
    ///   bits
    public View {
      if (link0Key.length() != DeviceEntry.IDENTITY_KEY_LENGTH
          || sequence < 0
          || sequence > 0xffff_ffffL) {
        throw new IllegalArgumentException("key or sequence out of bounds");
      }
    }

    /// What a chain shows.
    public static View of(AccountChain chain) {
      return new View(
          chain.id(), chain.foundingDevice().identityKey(), chain.sequence(), chain.headHash());
    }
  }

  /// What a scan says.
  public enum Verdict {
    /// Both see the same two accounts with the same devices.
    MATCH,
    /// Another account or another key: not the two who think they talk.
    OTHER_ACCOUNT,
    /// The same accounts, but the two were shown chains that contradict each other.
    FORKED,
    /// The one who shows the code knows links that the one who scans does not: fetch the chains and
    /// compare again.
    SCANNER_BEHIND,
    /// The one who scans knows links that the one who shows the code does not: that one must
    /// connect first.
    SHOWER_BEHIND
  }

  /// The code for one's own chain and a peer's.
  public static SafetyCode of(AccountChain own, AccountChain peer) {
    return new SafetyCode(View.of(own), View.of(peer));
  }

  /// Compares a scanned code with what the one who scans knows.
  ///
  /// @param myChain the scanning side's own chain
  /// @param peerChain the chain of the one who shows this code, as the scanning side knows it
  public Verdict compare(AccountChain myChain, AccountChain peerChain) {
    if (!sameAccount(own, peerChain) || !sameAccount(peer, myChain)) {
      return Verdict.OTHER_ACCOUNT;
    }
    Verdict aboutShower = compare(own, peerChain);
    Verdict aboutScanner = compare(peer, myChain);
    if (aboutShower == Verdict.FORKED || aboutScanner == Verdict.FORKED) {
      return Verdict.FORKED;
    }
    return aboutShower == Verdict.MATCH || aboutScanner == Verdict.SCANNER_BEHIND
        ? aboutScanner
        : aboutShower;
  }

  private static boolean sameAccount(View view, AccountChain chain) {
    return view.account().equals(chain.id())
        && view.link0Key().equals(chain.foundingDevice().identityKey());
  }

  private static Verdict compare(View view, AccountChain chain) {
    if (view.sequence() > chain.sequence()) {
      return Verdict.SCANNER_BEHIND;
    }
    if (!chain.contains(view.sequence(), view.head())) {
      return Verdict.FORKED;
    }
    return view.sequence() == chain.sequence() ? Verdict.MATCH : Verdict.SHOWER_BEHIND;
  }

  /// The bytes of the layout above.
  public byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(LENGTH).put(VERSION);
    for (View view : new View[] {own, peer}) {
      out.put(view.account().bytes());
      out.put(view.link0Key().toArray());
      out.putInt((int) view.sequence());
      out.put(view.head().bytes());
    }
    return out.array();
  }

  /// The text for the QR code.
  public String text() {
    String base32 = new String(Base32.encode(bytes()), StandardCharsets.US_ASCII);
    return PREFIX + base32.replace("=", "");
  }

  /// Reads what [#bytes] wrote; empty for anything else.
  public static Optional<SafetyCode> parse(byte[] bytes) {
    if (bytes.length != LENGTH || bytes[0] != VERSION) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).position(1);
    return Optional.of(new SafetyCode(view(in), view(in)));
  }

  /// Reads what [#text] wrote; empty for anything else.
  public static Optional<SafetyCode> parse(String text) {
    if (text.length() != TEXT_LENGTH || !text.matches(PREFIX + "[A-Z2-7]+")) {
      return Optional.empty();
    }
    String base32 = text.substring(PREFIX.length());
    try {
      byte[] bytes = Base32.decode(base32 + "=".repeat((8 - base32.length() % 8) % 8));
      return parse(bytes).filter(code -> code.text().equals(text));
    } catch (DecoderException e) {
      return Optional.empty();
    }
  }

  private static View view(ByteBuffer in) {
    AccountId account = new AccountId(take(in, AccountId.LENGTH));
    Bytes key = Bytes.of(take(in, DeviceEntry.IDENTITY_KEY_LENGTH));
    long sequence = Integer.toUnsignedLong(in.getInt());
    return new View(account, key, sequence, new LinkHash(take(in, LinkHash.LENGTH)));
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
