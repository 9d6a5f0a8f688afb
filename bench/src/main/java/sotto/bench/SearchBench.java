package sotto.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.client.Options;
import sotto.client.Passphrase;
import sotto.client.SearchQuery;
import sotto.client.Sotto;
import sotto.client.internal.store.Secret;
import sotto.client.internal.store.Store;

/// How long a search takes in a store of many messages, the first page of 50, by kind of query; and
/// how large the index is beside the text.
final class SearchBench {
  private final Path home;
  private final int messages;
  private final Wordy wordy = new Wordy(1);
  private final Filling filling = new Filling(wordy);

  private SearchBench(Path home, int messages) {
    this.home = home;
    this.messages = messages;
  }

  /// `search`.
  @Command(
      name = "search",
      mixinStandardHelpOptions = true,
      description =
          "How long a search takes among many messages, by kind of query, and how large the index is beside the text.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--messages",
        paramLabel = "N",
        defaultValue = "1000000",
        description = "How many there are (default: ${DEFAULT-VALUE}).")
    private int messages;

    @Option(
        names = "--queries",
        paramLabel = "N",
        defaultValue = "200",
        description = "Of each kind (default: ${DEFAULT-VALUE}).")
    private int queries;

    @Override
    public Integer call() throws Exception {
      Path home = Files.createTempDirectory("sotto-search");
      try {
        SearchBench bench = new SearchBench(home, messages);
        bench.write();
        bench.ask(queries);
        bench.size();
      } finally {
        try (Stream<Path> all = Files.walk(home)) {
          for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }

      return 0;
    }
  }

  private Store open() {
    return Store.open(home, new Secret.Raw(new byte[32]), new SecureRandom(), Clock.systemUTC());
  }

  private void write() {
    long began = System.nanoTime();
    try (Store store = open()) {
      filling.into(store, messages);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        Locale.ROOT,
        "%,d messages, %.1f MB of text, written in %.0f s (%.0f a second)%n%n",
        messages,
        filling.textBytes() / 1e6,
        seconds,
        messages / seconds);
  }

  private void ask(int queries) {
    try (Sotto sotto =
        Sotto.open(home, Passphrase.ofKey(new byte[32]), Options.defaults().withoutConnection())) {
      Instant middle = Instant.now().minus(Filling.SPAN.dividedBy(2));
      System.out.println("| query | found | first | median, ms | p99, ms |");
      System.out.println("|---|---|---|---|---|");
      kind(sotto, queries, "one of the 10 most frequent words", i -> words(wordy.word(i % 10)));
      kind(sotto, queries, "a word of rank 100 to 1,000", i -> words(wordy.word(100 + i % 900)));
      kind(sotto, queries, "a rare word", i -> words(wordy.word(30_000 + i)));
      kind(
          sotto,
          queries,
          "two words of rank 100 to 1,000",
          i -> words(wordy.word(100 + i % 900) + " " + wordy.word(100 + i * 7 % 900)));
      kind(
          sotto,
          queries,
          "a phrase of two frequent words",
          i -> words("\"" + wordy.word(i % 10) + " " + wordy.word(i * 3 % 10) + "\""));
      kind(
          sotto,
          queries,
          "a phrase of two words of rank 100 to 1,000",
          i ->
              words("\"" + wordy.word(100 + i % 900) + " " + wordy.word(100 + i * 7 % 900) + "\""));
      for (int letters = 1; letters <= 4; letters++) {
        int length = letters;
        kind(
            sotto,
            queries,
            "the first " + length + " letters of a word",
            i -> words(beginning(wordy.word(i * 31 % 5000), length)));
      }
      kind(
          sotto,
          queries,
          "a rare word and 2 letters",
          i -> words(wordy.word(30_000 + i) + " " + beginning(wordy.word(i % 50), 2)));
      kind(sotto, queries, "one Chinese character", i -> words(wordy.run(0x4e00, 2500, 1)));
      kind(sotto, queries, "two Chinese characters", i -> words(wordy.run(0x4e00, 200, 2)));
      kind(sotto, queries, "four Chinese characters", i -> words(wordy.run(0x4e00, 20, 4)));
      kind(sotto, queries, "three Thai characters", i -> words(wordy.run(0xe01, 40, 3)));
      kind(sotto, queries, "a name of a file", i -> words("_" + (1000 + i) + ".jpg"));
      kind(
          sotto,
          queries,
          "a frequent word in one conversation",
          i -> words(wordy.word(i % 10)).in(Filling.user(i % Filling.CONTACTS)));
      kind(
          sotto,
          queries,
          "a word of rank 100 to 1,000 by one author",
          i -> words(wordy.word(100 + i % 900)).from(Filling.user(i % Filling.CONTACTS)));
      kind(
          sotto,
          queries,
          "a frequent word, files only",
          i -> words(wordy.word(i % 10)).onlyWithFiles());
      kind(
          sotto,
          queries,
          "a frequent word, years ago",
          i -> words(wordy.word(i % 10)).before(middle));
      kind(
          sotto,
          queries,
          "files of one conversation",
          i -> words("").in(Filling.user(i % 50)).onlyWithFiles());
      kind(sotto, queries, "a word that nobody wrote", i -> words("xqzj" + i));
    }
  }

  private static SearchQuery words(String words) {
    return SearchQuery.of(words);
  }

  private static String beginning(String word, int letters) {
    return word.substring(0, Math.min(letters, word.length()));
  }

  private static void kind(Sotto sotto, int queries, String name, IntFunction<SearchQuery> query) {
    long[] nanos = new long[queries];
    long found = 0;
    long first = 0;
    for (int i = 0; i < queries; i++) {
      SearchQuery asked = query.apply(i);
      long began = System.nanoTime();
      found += sotto.search(asked).size();
      nanos[i] = System.nanoTime() - began;
      first = i == 0 ? nanos[i] : first;
    }
    Timings times = Timings.of(nanos);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %s | %s | %s |%n",
        name,
        (double) found / queries,
        Timings.millis(first),
        times.at(50),
        times.at(99));
  }

  private void size() {
    try (Store store = open()) {
      long all = used(store);
      store.sql().update("DROP TABLE message_words");
      store.sql().update("DROP INDEX message_search");
      long index = all - used(store);
      System.out.printf(
          Locale.ROOT,
          "%nstore %.1f MB, of that the index %.1f MB: %.2f of the text%n",
          all / 1e6,
          index / 1e6,
          (double) index / filling.textBytes());
    }
  }

  private static long used(Store store) {
    return (store.sql().number("PRAGMA page_count") - store.sql().number("PRAGMA freelist_count"))
        * store.sql().number("PRAGMA page_size");
  }
}
