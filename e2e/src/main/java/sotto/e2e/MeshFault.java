package sotto.e2e;

/// A way in which a process of a mesh fails and comes back.
enum MeshFault {
  /// SIGKILL, and started again.
  KILL("killed"),
  /// SIGSTOP: its connections stay open and nobody answers.
  FREEZE("frozen"),
  /// Nothing passes between it and those who connected to it; what it connected to still answers.
  CUT("cut off");

  private final String word;

  MeshFault(String word) {
    this.word = word;
  }

  /// What happened to the process.
  String word() {
    return word;
  }

  void strike(Mesh mesh, Mesh.Pod pod) {
    switch (this) {
      case KILL -> mesh.signal("kill", pod);
      case FREEZE -> mesh.signal("stop", pod);
      case CUT -> mesh.cutOff(pod, true);
    }
  }

  /// Returns when it serves again.
  void heal(Mesh mesh, Mesh.Pod pod) {
    switch (this) {
      case KILL -> mesh.signal("start", pod);
      case FREEZE -> mesh.signal("cont", pod);
      case CUT -> mesh.cutOff(pod, false);
    }
  }
}
