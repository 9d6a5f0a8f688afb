package sotto.cli;

import sotto.client.Account;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// A home that is open; it is closed in order also when the process is told to end.
///
/// @param sotto the home
/// @param telemetry where its spans go
/// @param onSignal closes it when the process ends early
record OpenHome(Sotto sotto, ClientTelemetry telemetry, Thread onSignal) implements AutoCloseable {
  OpenHome(Sotto sotto, ClientTelemetry telemetry) {
    this(
        sotto,
        telemetry,
        new Thread(
            () -> {
              sotto.close();
              telemetry.close();
            },
            "close-home"));
  }

  OpenHome {
    Runtime.getRuntime().addShutdownHook(onSignal);
  }

  /// The account, which a registered home has.
  Account account() {
    return sotto
        .account()
        .orElseThrow(() ->
            SottoException.of(SottoException.Code.NOT_REGISTERED, "This home has no account."));
  }

  @Override
  public void close() {
    sotto.close();
    telemetry.close();
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      // The process is ending already and runs the hook itself.
      return;
    }
  }
}
