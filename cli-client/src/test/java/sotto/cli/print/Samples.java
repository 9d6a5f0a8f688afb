package sotto.cli.print;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Contact;
import sotto.client.Failure;
import sotto.client.FileView;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Picture;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.Verification;

/// Messages to show.
public final class Samples {
  public static final Contact ALICE = contact("alice", 1);
  public static final Contact BOB = contact("bob", 2);
  public static final MessageId ID = new MessageId("00112233445566778899aabbccddeeff");
  public static final Instant NOON = Instant.parse("2026-11-25T12:00:00.123456Z");

  private Samples() {}

  public static Contact contact(String name, long number) {
    return new Contact(
        Optional.of(Username.of(name)),
        Optional.of(new AccountId(0, number)),
        Verification.UNVERIFIED,
        true,
        false);
  }

  public static MessageView incoming(String text, FileView... files) {
    return message(true, text, Status.DELIVERED, Optional.empty(), List.of(files));
  }

  public static MessageView own(String text, Status status) {
    return message(false, text, status, Optional.empty(), List.of());
  }

  public static MessageView failed(String text, Failure failure) {
    return message(false, text, Status.FAILED, Optional.of(failure), List.of());
  }

  public static FileView file(String name) {
    return new FileView(ID, 0, name, "image/png", 1_234_567, "ab".repeat(32), Optional.empty());
  }

  public static FileView picture(String name, int width, int height) {
    Picture picture = new Picture(width, height, Bytes.of(new byte[0]));
    return new FileView(ID, 0, name, "image/png", 1_234_567, "ab".repeat(32), Optional.of(picture));
  }

  private static MessageView message(
      boolean incoming,
      String text,
      Status status,
      Optional<Failure> failure,
      List<FileView> files) {
    return new MessageView(
        ID,
        MessageView.Kind.MESSAGE,
        incoming,
        incoming ? ALICE : BOB,
        incoming ? BOB : ALICE,
        text,
        files,
        NOON,
        status,
        failure,
        new MessageView.Place(NOON.toEpochMilli(), ID));
  }
}
