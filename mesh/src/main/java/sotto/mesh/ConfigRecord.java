package sotto.mesh;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sotto.mesh.Configs.Given;

/// Makes one config record from its defaults and what was given.
final class ConfigRecord {
  private ConfigRecord() {}

  /// Whether a component of this type is a section of the configuration: a record that is not read
  /// from text.
  static boolean isSection(Class<?> type) {
    return type.isRecord() && parser(type).isEmpty();
  }

  static <R extends Record> R bind(
      Class<R> type, R defaults, String prefix, Map<String, Given> given) {
    var components = type.getRecordComponents();
    var values = new Object[components.length];
    for (var i = 0; i < components.length; i++) {
      values[i] = value(components[i], get(components[i], defaults), prefix, given);
    }
    try {
      var constructor =
          type.getDeclaredConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException bound) {
        var path = prefix.isEmpty() ? "" : prefix + ".";
        throw new ConfigException(
            path + inKeys(bound.getMessage(), components) + sources(prefix, components, given), e);
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A record's message with the keys as the operator writes them.
  private static String inKeys(@Nullable String message, RecordComponent[] components) {
    var text = String.valueOf(message);
    for (var component : components) {
      text = text.replaceAll("\\b" + component.getName() + "\\b", ConfigKeys.key("", component));
    }
    return text;
  }

  private static Object value(
      RecordComponent component, Object byDefault, String prefix, Map<String, Given> given) {
    var key = ConfigKeys.key(prefix, component);
    if (isSection(component.getType())) {
      return section(component.getType().asSubclass(Record.class), byDefault, key, given);
    }
    var text = given.get(key);
    return text == null
        ? byDefault
        : read(component.getGenericType(), text, component.isAnnotationPresent(Secret.class));
  }

  private static <R extends Record> R section(
      Class<R> type, Object byDefault, String key, Map<String, Given> given) {
    return bind(type, type.cast(byDefault), key, given);
  }

  static Object get(RecordComponent component, Record from) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object read(Type type, Given given, boolean secret) {
    try {
      return parse(type, given.text().strip());
    } catch (IllegalArgumentException e) {
      if (secret) {
        throw new ConfigException(given.source() + ": " + e.getMessage(), e);
      }
      var expected = e instanceof NumberFormatException ? "a whole number" : e.getMessage();
      throw new ConfigException(
          given.source() + " is " + given.text() + "; it must be " + expected, e);
    }
  }

  private static Object parse(Type type, String text) {
    if (type instanceof ParameterizedType generic) {
      var item = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == Optional.class) {
        return text.isEmpty() ? Optional.empty() : Optional.of(parse(item, text));
      }
      if (generic.getRawType() == List.class) {
        return Arrays.stream(text.split(",", -1))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .map(s -> parse(item, s))
            .toList();
      }
    }
    if (!(type instanceof Class<?> plain)) {
      throw new IllegalStateException("no config field may be a " + type);
    }
    return parse(plain, text);
  }

  private static Object parse(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    } else if (type == int.class) {
      return Integer.parseInt(text);
    } else if (type == long.class) {
      return Long.parseLong(text);
    } else if (type == double.class) {
      return decimal(text);
    } else if (type == boolean.class) {
      return flag(text);
    } else if (type == Duration.class) {
      return Durations.parse(text);
    } else if (type == Path.class) {
      return Path.of(text);
    } else if (type.isEnum()) {
      return constant(type, text);
    }
    return parser(type)
        .map(p -> call(p, text))
        .orElseThrow(() -> new IllegalStateException("no config field may be a " + type));
  }

  private static double decimal(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a number", e);
    }
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("true or false");
    };
  }

  private static Object constant(Class<?> type, String text) {
    var constants = type.asSubclass(Enum.class).getEnumConstants();
    return Arrays.stream(constants)
        .filter(c -> Given.lower((Enum<?>) c).equals(text))
        .findFirst()
        .map(Object.class::cast)
        .orElseThrow(() ->
            new IllegalArgumentException(
                Arrays.stream(constants)
                    .map(c -> Given.lower((Enum<?>) c))
                    .collect(Collectors.joining(", ", "one of ", ""))));
  }

  private static Optional<Method> parser(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(m -> m.getName().equals("parse") && Modifier.isStatic(m.getModifiers()))
        .filter(m -> Arrays.equals(m.getParameterTypes(), new Class<?>[] {String.class}))
        .filter(m -> m.getReturnType() == type)
        .findFirst();
  }

  private static Object call(Method parser, String text) {
    try {
      parser.setAccessible(true);
      // The receiver of a static method is not looked at.
      return parser.invoke(parser, text);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Where the values of a section came from, for a message about one of them.
  private static String sources(
      String prefix, RecordComponent[] components, Map<String, Given> given) {
    var secret =
        Arrays.stream(components)
            .filter(c -> c.isAnnotationPresent(Secret.class))
            .map(c -> ConfigKeys.key(prefix, c))
            .collect(Collectors.toSet());
    var from =
        given.entrySet().stream()
            .filter(e -> parent(e.getKey()).equals(prefix))
            .map(e ->
                e.getValue().source()
                    + (secret.contains(e.getKey()) ? "" : "=" + e.getValue().text()))
            .collect(Collectors.joining(", "));
    return from.isEmpty() ? "" : " (given: " + from + ")";
  }

  private static String parent(String key) {
    var dot = key.lastIndexOf('.');
    return dot < 0 ? "" : key.substring(0, dot);
  }
}
