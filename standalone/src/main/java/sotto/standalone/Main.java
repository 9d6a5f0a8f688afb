package sotto.standalone;

/// The standalone server's entry point.
public final class Main {
  private Main() {}

  /// Prints how the server is used. The first argument is the subcommand, `serve` or `admin`.
  public static void main(String[] args) {
    System.out.println("usage: sotto serve|admin");
  }
}
