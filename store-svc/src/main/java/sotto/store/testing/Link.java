package sotto.store.testing;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What looks like a connection and is a place at the only one: its prepared statements stay for
/// the next who gets the place.
final class Link implements InvocationHandler {
  private final Connection only;
  private final Consumer<Link> back;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private boolean lent;

  /// @param back takes the place when it is closed
  Link(Connection only, Consumer<Link> back) {
    this.only = only;
    this.back = back;
  }

  /// The place as a connection, until it is closed.
  Connection lend() {
    lent = true;
    return (Connection)
        Proxy.newProxyInstance(
            Link.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
  }

  /// Gives it back, unless that has been done.
  void close() {
    if (lent) {
      lent = false;
      back.accept(this);
    }
  }

  private PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement known = statements.get(sql);
    if (known == null || known.isClosed()) {
      known = only.prepareStatement(sql);
      statements.put(sql, known);
    }
    return known;
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getName().equals("close")) {
      close();
      return null;
    }
    if (method.getName().equals("prepareStatement")
        && arguments != null
        && arguments.length == 1
        && arguments[0] instanceof String sql) {
      return prepared(sql);
    }
    try {
      return method.invoke(only, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
