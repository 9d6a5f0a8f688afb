package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Executable;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PublicSurfaceTest {
  private static Stream<Class<?>> publicClasses() throws Exception {
    URL own = SessionCrypto.class.getResource("SessionCrypto.class");
    Path folder = Objects.requireNonNull(Path.of(Objects.requireNonNull(own).toURI()).getParent());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        if (name.endsWith(".class") && !name.equals("package-info.class")) {
          classes.add(Class.forName("sotto.crypto." + name.substring(0, name.length() - 6)));
        }
      }
    }
    return classes.stream().filter(c -> Modifier.isPublic(c.getModifiers()));
  }

  private static Stream<Type> types(Executable executable) {
    return Stream.of(
            Arrays.stream(executable.getGenericParameterTypes()),
            Arrays.stream(executable.getGenericExceptionTypes()),
            Stream.of(executable.getAnnotatedReturnType().getType()))
        .flatMap(s -> s);
  }

  @Test
  void signatures_nameNoTypeOfAnotherLibrary() throws Exception {
    List<Class<?>> classes = publicClasses().toList();
    assertThat(classes).contains(SessionCrypto.class, DeviceKeys.class, Attachments.class);
    for (Class<?> type : classes) {
      Stream.concat(
              Arrays.stream(type.getDeclaredMethods()),
              Arrays.stream(type.getDeclaredConstructors()))
          .filter(
              e -> Modifier.isPublic(e.getModifiers()) || Modifier.isProtected(e.getModifiers()))
          .flatMap(PublicSurfaceTest::types)
          .map(Type::getTypeName)
          .forEach(name ->
              assertThat(name)
                  .as("in %s", type)
                  .doesNotContain("org.signal", "com.google", "org.bouncycastle"));
    }
  }
}
