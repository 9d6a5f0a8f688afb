/// Tests of the mesh.
@NullMarked
package sotto.mesh;

import org.jspecify.annotations.NullMarked;
