package sotto.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import sotto.client.SottoException;
import sotto.client.Username;

/// Reads a username or a group, or says what they look like.
final class AddresseeConverter implements ITypeConverter<Addressee> {
  @Override
  public Addressee convert(String text) {
    if (text.startsWith("#")) {
      if (text.length() == 1) {
        throw new TypeConversionException("behind '#' stands the name or the id of a group");
      }
      return new Addressee(text);
    }
    try {
      return new Addressee(Username.of(text).value());
    } catch (SottoException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
