/// What makes services a mesh: start-up, config, TLS, calls, traces, metrics, logs, health, drain.
@NullMarked
package sotto.mesh;

import org.jspecify.annotations.NullMarked;
