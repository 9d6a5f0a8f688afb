package sotto.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import sotto.client.SottoException;
import sotto.client.Username;

/// Reads a username, or says what one looks like.
final class UsernameConverter implements ITypeConverter<Username> {
  @Override
  public Username convert(String text) {
    try {
      return Username.of(text);
    } catch (SottoException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
