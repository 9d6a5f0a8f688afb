/// `sotto admin`: what an operator asks of a running Sotto and tells it to do.
///
/// A command is asked of processes in one way: [Fleet] finds the pods and asks each of them, beside
/// each other and within a time; each [Answer] is a row or a failure of a [Report], which is
/// printed as a [Table] or as lines of JSON.
@NullMarked
package sotto.standalone.admin;

import org.jspecify.annotations.NullMarked;
