package sotto.e2e;

import io.minio.GetObjectArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// All objects of a small bucket.
///
/// @param objects their content by name
record BucketBackup(Map<String, byte[]> objects) {
  private static final String BUCKET = "sotto";

  /// A client of the bucket that `sotto-stack up s3` has made.
  ///
  /// @param keys the file with its keys, a line each
  static MinioClient client(String endpoint, Path keys) throws Exception {
    var lines = Files.readAllLines(keys);
    return MinioClient.builder().endpoint(endpoint).credentials(lines.get(0), lines.get(1)).build();
  }

  static BucketBackup take(MinioClient client) throws Exception {
    var objects = new LinkedHashMap<String, byte[]>();
    for (var item :
        client.listObjects(ListObjectsArgs.builder().bucket(BUCKET).recursive(true).build())) {
      var name = item.get().objectName();
      try (var in = client.getObject(GetObjectArgs.builder().bucket(BUCKET).object(name).build())) {
        objects.put(name, in.readAllBytes());
      }
    }
    return new BucketBackup(objects);
  }

  static void empty(MinioClient client) throws Exception {
    for (var name : take(client).objects().keySet()) {
      client.removeObject(RemoveObjectArgs.builder().bucket(BUCKET).object(name).build());
    }
  }

  void restore(MinioClient client) throws Exception {
    for (var object : objects.entrySet()) {
      var content = object.getValue();
      client.putObject(
          PutObjectArgs.builder().bucket(BUCKET).object(object.getKey()).stream(
                  new ByteArrayInputStream(content), (long) content.length, -1L)
              .build());
    }
  }
}
