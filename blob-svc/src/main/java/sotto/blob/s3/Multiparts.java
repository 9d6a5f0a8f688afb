package sotto.blob.s3;

import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/// Lists the multipart uploads of a bucket that are under way. The library wants more of the answer
/// than some S3s say.
final class Multiparts {
  private static final XMLInputFactory XML = xml();
  private static final List<String> WANTED = List.of("Key", "UploadId", "Initiated");
  private static final int OK = 200;

  private final OkHttpClient http;
  private final Presigner presigner;

  /// @param presigner for the endpoint that this process uses
  Multiparts(OkHttpClient http, Presigner presigner) {
    this.http = http;
    this.presigner = presigner;
  }

  /// At most a thousand. Some S3s want a whole key as the prefix and say nothing of others.
  List<Bucket.Multipart> list(String prefix) throws IOException {
    var signed =
        presigner.sign(
            "GET", "", Map.of("uploads", "", "prefix", prefix, "max-uploads", "1000"), Map.of());
    try (Response response =
        http.newCall(new Request.Builder().url(signed.url()).build()).execute()) {
      if (response.code() != OK) {
        throw new IOException("the object store refuses to list uploads: " + response.code());
      }
      return parse(response.body().string());
    } catch (IOException e) {
      throw S3Failures.meaning(e);
    }
  }

  private static List<Bucket.Multipart> parse(String text) throws IOException {
    List<Bucket.Multipart> all = new ArrayList<>();
    try {
      XMLStreamReader reader = XML.createXMLStreamReader(new StringReader(text));
      while (reader.hasNext()) {
        if (reader.next() == XMLStreamConstants.START_ELEMENT
            && reader.getLocalName().equals("Upload")) {
          all.add(upload(reader));
        }
      }
      return all;
    } catch (XMLStreamException | DateTimeParseException e) {
      throw new IOException("the object store's list of uploads cannot be read", e);
    }
  }

  private static Bucket.Multipart upload(XMLStreamReader reader) throws XMLStreamException {
    Map<String, String> fields = new HashMap<>();
    int depth = 1;
    while (depth > 0) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          if (depth == 1 && WANTED.contains(reader.getLocalName())) {
            fields.put(reader.getLocalName(), reader.getElementText());
          } else {
            depth++;
          }
        }
        case XMLStreamConstants.END_ELEMENT -> depth--;
        default -> {}
      }
    }
    return new Bucket.Multipart(
        fields.getOrDefault("Key", ""),
        fields.getOrDefault("UploadId", ""),
        Instant.parse(fields.getOrDefault("Initiated", "")));
  }

  private static XMLInputFactory xml() {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    return factory;
  }
}
