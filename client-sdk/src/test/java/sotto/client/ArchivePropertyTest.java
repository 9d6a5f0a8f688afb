package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.client.PastWriter.account;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.client.internal.store.Store;

/// Ten thousand messages in two conversations look the same with an archive and without.
final class ArchivePropertyTest {
  private static final long SEED = Long.getLong("sotto.seed", 20_261_126);
  private static final int MESSAGES = 10_000;

  @TempDir Path folder;

  /// Something that an app asks.
  private sealed interface Question {
    List<MessageView> ask(Sotto alice);

    record Newest(AccountId contact, int limit) implements Question {
      @Override
      public List<MessageView> ask(Sotto alice) {
        return alice.conversationWith(contact).messages(limit);
      }
    }

    record Before(AccountId contact, MessageView.Place place, int limit) implements Question {
      @Override
      public List<MessageView> ask(Sotto alice) {
        return alice.conversationWith(contact).messagesBefore(place, limit);
      }
    }

    record Search(String words, int limit) implements Question {
      @Override
      public List<MessageView> ask(Sotto alice) {
        return alice.search(SearchQuery.of(words).limit(limit));
      }
    }

    record ById(MessageId id) implements Question {
      @Override
      public List<MessageView> ask(Sotto alice) {
        return alice.message(id).stream().toList();
      }
    }
  }

  private static Question question(Random random, PastWriter writer, List<MessageView> all) {
    MessageView some = all.get(random.nextInt(all.size()));
    AccountId contact = account(1 + random.nextInt(2));
    int limit = 1 + random.nextInt(random.nextInt(10) == 0 ? 2500 : 120);
    return switch (random.nextInt(8)) {
      case 0 -> new Question.Newest(contact, limit);
      case 1, 2, 3 -> new Question.Before(contact, some.place(), limit);
      case 4 -> new Question.ById(some.id());
      default -> new Question.Search(words(random, writer, some), limit);
    };
  }

  private static String words(Random random, PastWriter writer, MessageView some) {
    String[] words = (some.text().isEmpty() ? writer.word() : some.text()).split(" ", -1);
    String one = words[random.nextInt(words.length)];
    String other = random.nextBoolean() ? writer.word() : words[random.nextInt(words.length)];
    return switch (random.nextInt(5)) {
      case 0 -> one;
      case 1 -> one.substring(0, Math.min(one.length(), 3)) + " " + other;
      case 2 -> one.replace('é', 'e').replace('ö', 'O').replace('ù', 'u');
      case 3 -> "- " + one + " !";
      default -> one + " " + other;
    };
  }

  private static long usedBytes(Path home) {
    AtomicLong bytes = new AtomicLong();
    PastWriter.inStore(home, store -> bytes.set(used(store)));
    return bytes.get();
  }

  private static long used(Store store) {
    return (store.sql().number("PRAGMA page_count") - store.sql().number("PRAGMA freelist_count"))
        * store.sql().number("PRAGMA page_size");
  }

  @Test
  void scrollAndSearch_giveTheSameWithAnArchiveAsWithout() {
    Random random = new Random(SEED);
    try (TwoPeople people = new TwoPeople(folder)) {
      people.register("alice").close();
      Path home = people.home("alice");
      long empty = usedBytes(home);
      PastWriter writer = new PastWriter(home, SEED);
      writer.settled("bob", account(1), MESSAGES * 7 / 10);
      writer.settled("carol", account(2), MESSAGES * 3 / 10);
      writer.unsettle(25);
      long full = usedBytes(home);
      Sotto alice = people.open("alice");
      alice.awaitOnline(PATIENCE);
      List<MessageView> all = new ArrayList<>();
      all.addAll(alice.conversationWith(account(1)).messages(10_000));
      all.addAll(alice.conversationWith(account(2)).messages(10_000));
      assertThat(all).hasSize(MESSAGES);
      List<Question> questions = new ArrayList<>();
      for (int i = 0; i < 150; i++) {
        questions.add(question(random, writer, all));
      }
      List<List<MessageView>> answers = questions.stream().map(ask(alice)).toList();
      List<ConversationSummary> conversations = alice.conversations();
      assertThat(alice.archive().moveOlderThan(PastWriter.AGE).messages())
          .isGreaterThan(MESSAGES * 9 / 10);
      long blobs = people.server.blobs.bytes();
      alice.close();
      long moved = usedBytes(home);
      report(full - empty, moved - empty, blobs);
      assertThat(moved - empty).isLessThan((full - empty) / 4);
      alice = people.open("alice");
      alice.awaitOnline(PATIENCE);
      assertThat(alice.conversations()).isEqualTo(conversations);
      same(alice, questions, answers);

      // What stayed among them moves too now: segments that overlap.
      alice.conversationWith(account(1)).markRead();
      alice.conversationWith(account(2)).markRead();
      assertThat(alice.archive().moveOlderThan(PastWriter.AGE).messages()).isPositive();
      answers = questions.stream().map(ask(alice)).toList();
      assertThat(alice.archive().restore().unreadable()).isZero();
      alice.close();
      same(people.openOffline("alice"), questions, answers);
    }
  }

  private static Function<Question, List<MessageView>> ask(Sotto alice) {
    return question -> question.ask(alice);
  }

  private static void same(Sotto alice, List<Question> questions, List<List<MessageView>> answers) {
    for (int i = 0; i < questions.size(); i++) {
      assertThat(questions.get(i).ask(alice))
          .as("seed %s, question %s: %s", SEED, i, questions.get(i))
          .isEqualTo(answers.get(i));
    }
  }

  /// What docs/decisions/0014-history-archive.md says in bytes.
  private static void report(long before, long after, long blobs) {
    if (Boolean.getBoolean("sotto.report")) {
      System.out.printf(
          "bytes a message: %d here before, %d here after, %d at the server%n",
          before / MESSAGES, after / MESSAGES, blobs / MESSAGES);
    }
  }
}
