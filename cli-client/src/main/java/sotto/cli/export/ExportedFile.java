package sotto.cli.export;

import java.util.Optional;
import sotto.client.FileView;

/// A file of a message in an export.
///
/// @param file the file
/// @param path where it was saved, relative to the folder, with `/`
/// @param problem why it was not, in words; empty if it was, or was not wanted
record ExportedFile(FileView file, Optional<String> path, Optional<String> problem) {}
