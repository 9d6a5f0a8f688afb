/// For tests and simulations of stores: a database in memory that several pods of one thread share,
/// and whose commits fail as they are told.
@NullMarked
package sotto.store.testing;

import org.jspecify.annotations.NullMarked;
