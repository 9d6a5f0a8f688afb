package sotto.bench;

/// Why nothing can be measured, a sentence for people.
final class CannotMeasure extends RuntimeException {
  CannotMeasure(String why) {
    super(why);
  }
}
