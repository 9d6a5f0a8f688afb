package sotto.e2e;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/// A real PNG to send.
final class Picture {
  private Picture() {}

  /// Paints one.
  ///
  /// @param file where to
  /// @param seed what it looks like
  static void paint(Path file, long seed) throws IOException {
    System.setProperty("java.awt.headless", "true");
    var random = new Random(seed);
    var image = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
    var canvas = image.createGraphics();
    canvas.setPaint(new GradientPaint(0, 0, Color.ORANGE, 320, 240, Color.BLUE.darker()));
    canvas.fillRect(0, 0, 320, 240);
    for (var i = 0; i < 40; i++) {
      canvas.setColor(new Color(random.nextInt(1 << 24)));
      var size = 5 + random.nextInt(50);
      canvas.fillOval(random.nextInt(320), random.nextInt(240), size, size);
    }
    canvas.dispose();
    if (!ImageIO.write(image, "png", file.toFile()) || Files.size(file) == 0) {
      throw new IOException("this JDK writes no PNG");
    }
  }
}
