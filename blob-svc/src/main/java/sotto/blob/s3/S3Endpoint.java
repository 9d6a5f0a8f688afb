package sotto.blob.s3;

import java.net.URI;

/// Where an S3 answers.
///
/// @param uri `http://HOST:PORT` or `https://HOST[:PORT]`
public record S3Endpoint(URI uri) {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  /// Checks the form.
  ///
  /// @throws IllegalArgumentException saying it; the text is not repeated, for somebody may have
  ///   put a password into it
  public S3Endpoint {
    boolean plain =
        uri.getHost() != null
            && uri.getRawUserInfo() == null
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
            && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    if (!plain) {
      throw wrong();
    }
  }

  /// Reads one.
  ///
  /// @throws IllegalArgumentException saying the form
  public static S3Endpoint parse(String text) {
    try {
      return new S3Endpoint(URI.create(text));
    } catch (IllegalArgumentException e) {
      throw wrong();
    }
  }

  /// What stands in a request's `host` header for a host name at this endpoint's port.
  String authority(String host) {
    int usual = uri.getScheme().equals("https") ? HTTPS : HTTP;
    return uri.getPort() < 0 || uri.getPort() == usual ? host : host + ":" + uri.getPort();
  }

  String host() {
    return uri.getHost();
  }

  String scheme() {
    return uri.getScheme();
  }

  private static IllegalArgumentException wrong() {
    return new IllegalArgumentException("http://HOST:PORT or https://HOST");
  }

  @Override
  public String toString() {
    return scheme() + "://" + authority(host());
  }
}
