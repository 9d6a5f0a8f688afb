package sotto.cli;

/// The terminal client's entry point.
public final class Main {
  private Main() {}

  /// Prints how the client is used.
  public static void main(String[] args) {
    System.out.println("usage: sotto COMMAND");
  }
}
