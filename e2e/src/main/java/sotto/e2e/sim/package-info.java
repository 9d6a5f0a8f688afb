/// The deterministic simulation: several clients, relays, store pods and presence pods in one
/// thread, the servers as their real code, over a simulated network, clock and disk.
///
/// ```
/// Simulation   one run of one seed: builds a World, lets a Script of faults loose on it, heals it, judges it
///   World      who is there: machines, databases, lists of pods; what starts and restarts them
///     Scheduler   simulated time; runs one event after the other
///     SimCold     the blob store, where what is not acked soon moves; there while BlobMachine runs
///     BlobMachine a model of the blob service (SimBlobs), to which clients upload in parts
///     Net         machines, cut links, calls under way (Wire)
///     RelayMachine, StoreMachine, PresenceMachine   the real services on a machine
///     SimClient   a device: its disk, signing in, coming back; SimStream, SimLane: what it says on a stream; SimUpload
///     SimGroups   what a device changes in groups and hears of them (GroupDisk, Wish); SimGroup: what it sends to one
///   Fault      what may go wrong
///   GroupPlay  what a seed has people do in groups; Schedules, GroupSchedules are fixed runs
///   Ledger     what was promised, and the guarantees that are checked after every event
///     GroupLedger   the same of groups, beside the chains that the database has (GroupHistory)
/// ```
///
/// The same seed gives the same run, event for event; what fails prints its seed.
@NullMarked
package sotto.e2e.sim;

import org.jspecify.annotations.NullMarked;
