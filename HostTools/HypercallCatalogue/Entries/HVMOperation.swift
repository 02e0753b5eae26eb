// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    static let hvmOperation = CataloguedHypercall(
        .hvmOperation, "hvm_op", "What a domain with a virtual machine of its own is asked and told: its parameters.",
        arguments: ["the operation", "the address of its structure; all callers use one layout"],
        operations: parameters + services + refused + [.others(at: hvm())])

    private static func hvm(_ function: String = "hvmOperation") -> CataloguedOperation.Handler {
        CataloguedOperation.Handler("HVMOperation.swift", function)
    }

    private static let noPointer = CataloguedAnswer.fails(.invalidArgument, "the address is not 0")

    private static let parameters: [CataloguedOperation] = [
        Operation(
            HVMOperation.setParameter, named: "set_param", taking: HVMOperation.Parameter.self,
            "Sets a parameter: 0 the callback, 2 and 18 the ports of xenstore and console, 15 and 37 a task state segment, 34 the "
                + "address of the generation identifier, 36 the width of the x87 instruction pointer.",
            at: hvm("setParameter"),
            answers: [
                .succeeds("done"),
                .fails(.invalidArgument, "no such parameter or value, or domain 0"),
                .fails(.operationNotPermitted, "a parameter that is not the guest's to set, or another domain"),
                .fails(.noSuchDevice, "parameter 19: there is no power management in ports"),
                .noDomain, .badPointer,
            ]),
        Operation(
            HVMOperation.getParameter, named: "get_param", taking: HVMOperation.Parameter.self,
            "Reads a parameter: those that can be set, 1 and 17 the frames of xenstore and console, 19, and 35.",
            at: hvm("getParameter"),
            answers: [
                .succeeds("the value is in the structure"),
                .fails(.invalidArgument, "no such parameter, or domain 0"),
                .fails(.operationNotPermitted, "a parameter that is not the guest's to read, or another domain"),
                .noDomain, .badPointer,
            ]),
    ]

    private static let services: [CataloguedOperation] = [
        Operation(
            HVMOperation.flushTLBs, named: "flush_tlbs", "Flushes what the processors remember of translations.",
            at: hvm(), answers: [.succeeds("done"), noPointer]),
        Operation(
            HVMOperation.pageTableDying, named: "pagetable_dying", taking: HVMOperation.PageTableDying.self,
            "A page table that is about to go. Nobody shadows it.", at: hvm(),
            answers: [
                .fails(.invalidArgument, "the caller itself"), .fails(.notSupported, "another domain"), .noDomain,
                .badPointer,
            ]),
        Operation(
            HVMOperation.getTime, named: "get_time", taking: HVMOperation.GetTime.self, "The system time.", at: hvm(),
            answers: [.succeeds("nanoseconds in the structure"), .badPointer]),
        Operation(
            HVMOperation.trace, named: "xentrace", taking: HVMOperation.Trace.self,
            "A record for the trace buffers, of which there are none.", at: hvm("checkTrace"),
            answers: [
                .succeeds("dropped"), .fails(.invalidArgument, "an event above 4095, or more than 28 bytes"),
                .badPointer,
            ]),
        Operation(
            HVMOperation.getMemoryKind, named: "get_mem_type", taking: HVMOperation.GetMemoryKind.self,
            "What lies at a guest frame.", at: hvm("getMemoryKind"),
            answers: [
                .succeeds("0 memory, 1 memory for reading only, 2 nothing"), .noDomain, .otherDomain, .badPointer,
            ]),
        Operation(
            HVMOperation.setEventUpcallVector, named: "set_evtchn_upcall_vector",
            taking: HVMOperation.SetEventUpcallVector.self,
            "A vector of a virtual CPU's own for events, through its local APIC.", at: hvm("setEventUpcallVector"),
            answers: [
                .succeeds("done"), .fails(.invalidArgument, "a vector below 16"),
                .fails(.noSuchEntry, "no such virtual CPU"), .badPointer,
            ]),
        Operation(
            HVMOperation.guestRequestEvent, named: "guest_request_vm_event", "Tells who monitors the domain: nobody.",
            at: hvm(), answers: [.succeeds("nobody listens"), noPointer]),
    ]

    private static let refused: [CataloguedOperation] = [
        Operation(
            HVMOperation.setPCIInterruptLevel, .setISAInterruptLevel, .setPCILinkRoute, .setMemoryAccess,
            .getMemoryAccess,
            named: "set_pci_intx_level, set_isa_irq_level, set_pci_link_route, set_mem_access, get_mem_access",
            "Withdrawn.", at: hvm(), answers: [.fails(.notImplemented, "always")]),
        Operation(
            HVMOperation.alternateMap, named: "altp2m", "Alternate physical maps.", at: hvm(),
            answers: [.fails(.notSupported, "always")]),
    ]
}
