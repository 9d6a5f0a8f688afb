/// How many nodes an installation needs: arithmetic over unit costs, and a simulation of who is
/// responsible for what at that size.
///
/// ```
/// Input            what is given (Kind: how it is written), and where its default is from (Origin)
/// └─ Given         the values of one run
///    ├─ Traffic    what happens in a second
///    ├─ Stored     what is kept
///    └─ Plan       the nodes of each Role (Tier), by the resource that binds; Owners: whole buckets
///       ├─ Bill    what a month costs
///       ├─ Limits  settings and bounds of the code that it meets
///       └─ Simulation  the routing (Spread, Fan, PresenceLoad), by the mesh's own hash
/// Naive            the design that this one is compared with
/// CapacityReport   all of it for people (Growth, Costs), and SimulationReport
/// ```
@NullMarked
package sotto.bench.capacity;

import org.jspecify.annotations.NullMarked;
