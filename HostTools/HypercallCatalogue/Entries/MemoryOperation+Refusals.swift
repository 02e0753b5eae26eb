// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    /// The operations of `memory_op` that an ordinary translated domain is refused, each in its own way.
    static let memoryRefusals: [CataloguedOperation] = lists + forControlDomain + absent

    private static let lists: [CataloguedOperation] = [
        Operation(
            MemoryOperation.machineToPhysicalList, named: "machphys_mfn_list",
            taking: MemoryOperation.MachineToPhysicalList.self,
            "Where the machine's table of guest frames lies: nowhere.",
            at: memory("listMachineToPhysical", "+Refusals"),
            answers: [.succeeds("no extents"), .badPointer, notContinuedHere]),
        Operation(
            MemoryOperation.reservedDeviceMemoryMap, named: "reserved_device_memory_map",
            taking: MemoryOperation.ReservedDeviceMemoryMap.self, "What devices have for themselves: nothing.",
            at: memory("listReservedDeviceMemory", "+Refusals"),
            answers: [
                .succeeds("no entries"),
                .fails(.invalidArgument, "unknown flags; or the bits above the operation are not 0"),
                .badPointer,
            ]),
        Operation(
            MemoryOperation.sharingFreedPages, .sharingSharedPages,
            named: "get_sharing_freed_pages, get_sharing_shared_pages",
            "How much memory is shared: none.", at: memory(), answers: [.succeeds("0"), notContinuedHere]),
    ]

    private static let forControlDomain: [CataloguedOperation] = [
        Operation(
            MemoryOperation.exchange, named: "exchange", taking: MemoryOperation.Exchange.self,
            "Frames for others, where it matters where they lie.", at: memory("exchange", "+Refusals"),
            answers: [
                .succeeds("all are exchanged already"), .fails(.notSupported, "memory is translated"),
                .fails(.operationNotPermitted, "an order above 9, or another domain than the caller"),
                .fails(
                    .invalidArgument,
                    "more are exchanged than there are; the domains or the sizes differ; or the bits above the operation are not 0"
                ),
                .noDomain, .badPointer,
            ]),
        Operation(
            MemoryOperation.setPopulateOnDemandTarget, .getPopulateOnDemandTarget,
            named: "set_pod_target, get_pod_target",
            taking: MemoryOperation.PopulateOnDemandTarget.self, "Memory that a domain gets as it touches it.",
            at: memory("populateOnDemand", "+Refusals"),
            answers: [
                .fails(.operationNotPermitted, "whatever the domain"), .fails(.invalidArgument, "domain 0"), .noDomain,
                .badPointer, notContinuedHere,
            ]),
        Operation(
            MemoryOperation.accessOperation, named: "access_op", taking: MemoryOperation.AccessOperation.self,
            "What a domain may do with its pages, as another decides.", at: memory("accessOperation", "+Refusals"),
            answers: [
                .fails(.operationNotPermitted, "whatever the domain"), .fails(.invalidArgument, "domain 0"),
                .fails(.noSuchProcess, "no such domain, or `DOMID_SELF`"), .badPointer,
            ]),
        Operation(
            MemoryOperation.claimPages, named: "claim_pages", taking: MemoryOperation.Reservation.self,
            "Sets memory aside for a domain that is to be built.", at: memory("claimPages", "+Refusals"),
            answers: [
                .fails(.operationNotPermitted, "a domain that exists"),
                .fails(
                    .invalidArgument,
                    "extents, an order or flags; no such domain, or `DOMID_SELF`; or the bits above the operation are not 0"
                ),
                .badPointer,
            ]),
        Operation(
            MemoryOperation.getVirtualNUMAInformation, named: "get_vnumainfo",
            "The virtual machine's nodes of memory. Of the structure only the domain's number, at its start, is looked at.",
            at: memory(),
            answers: [.fails(.notSupported, "there are none"), .noDomain, .otherDomain, .badPointer, notContinued]),
        Operation(
            MemoryOperation.acquireResource, named: "acquire_resource", "A resource of another domain.", at: memory(),
            answers: [.fails(.permissionDenied, "always")]),
    ]

    private static let absent: [CataloguedOperation] = [
        Operation(
            MemoryOperation.machineToPhysicalCompatList, named: "machphys_compat_mfn_list",
            "machphys_mfn_list for 32-bit guests of the classic kind.", at: memory(),
            answers: [.fails(.notSupported, "always"), notContinuedHere]),
        Operation(
            MemoryOperation.machineMemoryMap, .machineToPhysicalMapping, .pagingOperation, .sharingOperation,
            named: "machine_memory_map, machphys_mapping, paging_op, sharing_op", "Not for guests of this kind.",
            at: memory(), answers: [.fails(.notImplemented, "always")]),
    ]
}
