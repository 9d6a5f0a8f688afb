/// The database as the store sees it: one JDBC code path, and what differs between databases.
///
/// ```
/// Dialect            what differs: opening connections, a few words of SQL, what an error means
/// └─ SqliteDialect   one file; one connection writes, the others only query
/// Session            one connection and its prepared statements
/// Readers            a few query-only sessions, lent one call at a time
/// Schema             the versioned tables, made once, refused when another version is found
/// ```
@NullMarked
package sotto.store.sql;

import org.jspecify.annotations.NullMarked;
