// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    static let memoryOperation = CataloguedHypercall(
        .memoryOperation, "memory_op", "The domain's memory: how much there is, and what lies where.",
        arguments: [
            "the operation in bits 5:0; above them how far a call has come that was interrupted",
            "the address of its structure",
        ],
        operations: (reservations + places + maps + memoryRefusals).sorted { $0.numbers[0] < $1.numbers[0] }
            + [.others(at: memory())])

    /// Handlers of `memory_op`: those without a function of their own stand in the dispatcher.
    static func memory(_ function: String = "memoryOperation", _ part: String = "") -> CataloguedOperation.Handler {
        CataloguedOperation.Handler("MemoryOperation\(part).swift", function)
    }

    /// The upper bits of the first argument are not 0, though this operation is never interrupted.
    static let notContinued = CataloguedAnswer.fails(
        .invalidArgument, "the bits above the operation are not 0: it is never interrupted")
    /// The same, of an operation that belongs to the architecture.
    static let notContinuedHere = CataloguedAnswer.fails(
        .notImplemented, "the bits above the operation are not 0: it is never interrupted")

    private static let counting: [CataloguedAnswer] = [.noDomain, .otherDomain, .badPointer, notContinued]

    private static let reservations: [CataloguedOperation] = [
        Operation(
            MemoryOperation.increaseReservation, named: "increase_reservation",
            taking: MemoryOperation.Reservation.self,
            "Memory without a place: of no use to a domain whose memory is translated.",
            at: memory("increase", "+Reservation"),
            answers: [.succeeds("0: none is given, whatever the structure says")]),
        Operation(
            MemoryOperation.decreaseReservation, named: "decrease_reservation",
            taking: MemoryOperation.Reservation.self,
            "Gives memory back, extent by extent, 64 before other work has its turn.",
            at: memory("decrease", "+Reservation"),
            answers: [
                .succeeds(
                    "how many extents are given back: the first that holds no memory, cannot be read, or has an order above 9 "
                        + "ends the count; of other domains none is")
            ]),
        Operation(
            MemoryOperation.populatePhysicalMap, named: "populate_physmap", taking: MemoryOperation.Reservation.self,
            "Puts memory of zeros at guest frames, extent by extent, 64 before other work has its turn.",
            at: memory("populate", "+Reservation"),
            answers: [
                .succeeds(
                    "how many extents got memory: the first that is in use, cannot be read, is more than the domain may have, or "
                        + "has an order above 9 ends the count; of other domains none does")
            ]),
        Operation(
            MemoryOperation.maximumRAMPage, named: "maximum_ram_page", "The end of the machine's memory.",
            at: memory(), answers: [.succeeds("the number of frames up to there"), notContinued]),
        Operation(
            MemoryOperation.currentReservation, named: "current_reservation",
            "How much memory the domain has. The structure is its number.",
            at: memory(), answers: [.succeeds("frames of ordinary memory")] + counting),
        Operation(
            MemoryOperation.maximumReservation, named: "maximum_reservation",
            "How much memory the domain may have. The structure is its number.",
            at: memory(), answers: [.succeeds("frames")] + counting),
        Operation(
            MemoryOperation.maximumGuestFrame, named: "maximum_gpfn",
            "The highest guest frame that was ever in use. The structure is the domain's number.",
            at: memory(), answers: [.succeeds("the frame's number")] + counting),
    ]

    private static let places: [CataloguedOperation] = [
        Operation(
            MemoryOperation.addToPhysicalMap, named: "add_to_physmap", taking: MemoryOperation.AddToPhysicalMap.self,
            "Shows a page at a guest frame: of space 0 the shared info page, of 1 a frame of the grant table, of 2 memory from "
                + "another guest frame, of 3 a range of those. Memory that was there is freed.",
            at: memory("addToPhysicalMap", "+PhysicalMap"),
            answers: [
                .succeeds("done"),
                .fails(
                    .invalidArgument,
                    "no such space; the index is out of range, or not memory; or the frame number is all ones"),
                .fails(.outOfDomain, "the place to go on from has more than 16 bits"),
                .fails(.illegalByteSequence, "the place to go on from is behind the end of a range"),
                .fails(.overflow, "a range goes beyond 64 bits"),
                .fails(.notImplemented, "space 4, frames of other domains"),
                .fails(.permissionDenied, "domain 0, or space 5, memory of devices"),
                .fails(.noSuchEntry, "the guest frame is beyond all that can be mapped"),
                .fails(.noSuchDeviceOrAddress, "a grant is mapped there"),
                .noDomain, .otherDomain, .badPointer, .noMemory("a table"),
            ]),
        Operation(
            MemoryOperation.removeFromPhysicalMap, named: "remove_from_physmap",
            taking: MemoryOperation.RemoveFromPhysicalMap.self,
            "Takes away what a guest frame shows; memory is freed.",
            at: memory("removeFromPhysicalMap", "+PhysicalMap"),
            answers: [
                .succeeds("done"), .fails(.noSuchEntry, "nothing is there, or a grant"),
                .fails(.permissionDenied, "domain 0"), .noDomain, .otherDomain, .badPointer, notContinued,
            ]),
        Operation(
            MemoryOperation.addToPhysicalMapBatch, named: "add_to_physmap_batch",
            taking: MemoryOperation.AddToPhysicalMapBatch.self,
            "The same for a list of pages of one space, each with an error of its own; 64 before other work has its turn.",
            at: memory("addBatch", "+PhysicalMap"),
            answers: [
                .succeeds("each page has its answer"), .element(nil, "the page is shown"),
                .element(
                    .invalidArgument,
                    "no such space, or an index out of range; or the foreign domain is not 0 in another space than 4"),
                .element(.operationNotPermitted, "space 4, frames of other domains"),
                .fails(.notSupported, "space 3, ranges"),
                .fails(.outOfDomain, "the place to go on from has more than 16 bits"),
                .fails(.illegalByteSequence, "the place to go on from is behind the end of the lists"),
                .fails(.permissionDenied, "domain 0, or space 5, memory of devices"),
                .noDomain, .otherDomain,
                .fails(.badAddress, "the structure or one of its lists is not mapped"),
            ]),
    ]

    private static let maps: [CataloguedOperation] = [
        Operation(
            MemoryOperation.memoryMap, named: "memory_map", taking: MemoryOperation.MemoryMap.self,
            "The memory map, in ranges of 20 bytes as firmware tells them (E820).", at: memory("getMemoryMap"),
            answers: [
                .succeeds("the structure tells how many ranges were written"),
                .fails(.badAddress, "the structure or its list is not mapped"),
                .fails(.notImplemented, "the domain has set an empty map; or the bits above the operation are not 0"),
            ]),
        Operation(
            MemoryOperation.setMemoryMap, named: "set_memory_map", taking: MemoryOperation.SetMemoryMap.self,
            "Replaces the map that memory_map tells.", at: memory("setMemoryMap"),
            answers: [
                .succeeds("done"), .fails(.invalidArgument, "more than 128 ranges"),
                .noDomain, .otherDomain, .fails(.badAddress, "the structure or its list is not mapped"),
                notContinuedHere,
            ]),
    ]
}
