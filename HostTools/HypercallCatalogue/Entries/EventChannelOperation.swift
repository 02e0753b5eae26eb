// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    static let eventChannelOperation = CataloguedHypercall(
        .eventChannelOperation, "event_channel_op",
        "Event channels: ports on which domains send each other events, and on which virtual interrupts arrive.",
        arguments: ["the operation", "the address of its structure; all callers use one layout"],
        operations: opening + using + queues + [.others(at: dispatcher)])

    private static let dispatcher = CataloguedOperation.Handler("EventChannelOperation.swift", "eventChannelOperation")

    private static let full = CataloguedAnswer.fails(
        .noSpace, "all ports are in use: 4096 of a 64-bit domain, 1024 of a 32-bit one, 131,072 with queues")

    private static func bind(_ function: String) -> CataloguedOperation.Handler {
        CataloguedOperation.Handler("EventChannelOperation+Bind.swift", function)
    }

    private static let opening: [CataloguedOperation] = [
        Operation(
            EventChannelOperation.bindInterdomain, named: "bind_interdomain",
            taking: EventChannelOperation.BindInterdomain.self,
            "Opens a port and connects it to one that another domain has left open for the caller.",
            at: bind("bindInterdomain"),
            answers: [
                .succeeds("the port is in the structure; an event is pending on it, as one may have been sent before"),
                .fails(.invalidArgument, "the other port is not unbound, or not for the caller"),
                .noDomain, .badPointer, full, .noMemory("the table of ports"),
            ]),
        Operation(
            EventChannelOperation.bindVIRQ, named: "bind_virq", taking: EventChannelOperation.BindVIRQ.self,
            "Opens a port for a virtual interrupt of a virtual CPU, or of the domain.",
            at: bind("bindVirtualInterrupt"),
            answers: [
                .succeeds("the port is in the structure"),
                .fails(
                    .invalidArgument,
                    "the interrupt's number is above 23, or it is the domain's and the virtual CPU is not the first"),
                .fails(.noSuchEntry, "no such virtual CPU"),
                .fails(.alreadyExists, "the interrupt is bound already"),
                .badPointer, full, .noMemory("the table of ports"),
            ]),
        Operation(
            EventChannelOperation.bindPIRQ, named: "bind_pirq", taking: EventChannelOperation.BindPIRQ.self,
            "Opens a port for an interrupt of the machine. None ever comes: a guest has no devices.",
            at: bind("bindPhysicalInterrupt"),
            answers: [
                .succeeds("the port is in the structure"),
                .fails(.invalidArgument, "the interrupt's number is above 55"),
                .fails(.alreadyExists, "the interrupt is bound already"),
                .badPointer, full, .noMemory("the table of ports"),
            ]),
        Operation(
            EventChannelOperation.allocateUnbound, named: "alloc_unbound",
            taking: EventChannelOperation.AllocateUnbound.self, "Opens a port for another domain to connect to.",
            at: bind("allocateUnbound"),
            answers: [
                .succeeds("the port is in the structure; the other domain need not exist"),
                .noDomain, .otherDomain, .badPointer, full, .noMemory("the table of ports"),
            ]),
        Operation(
            EventChannelOperation.bindIPI, named: "bind_ipi", taking: EventChannelOperation.BindIPI.self,
            "Opens a port by which a virtual CPU is interrupted by the others.", at: bind("bindInterprocessor"),
            answers: [
                .succeeds("the port is in the structure"), .fails(.noSuchEntry, "no such virtual CPU"),
                .badPointer, full, .noMemory("the table of ports"),
            ]),
    ]

    private static let oneAtATime = "two virtual CPUs would have to meet within one call. Unit tests do"

    private static let using: [CataloguedOperation] = [
        Operation(
            EventChannelOperation.close, named: "close", taking: EventChannelOperation.Close.self,
            "Closes a port; the other end of a channel between domains is unbound then.",
            at: .init("EventChannelOperation+Close.swift", "close"),
            answers: [.succeeds("done"), .fails(.invalidArgument, "the port is not open"), .badPointer]),
        Operation(
            EventChannelOperation.send, named: "send", taking: EventChannelOperation.Send.self,
            "Raises an event on the other end.", at: .init("EventChannelOperation.swift", "send"),
            answers: [
                .succeeds("done; on an unbound port nobody listens"),
                .fails(.invalidArgument, "the port is not open, or is one of a virtual or physical interrupt"),
                .badPointer,
            ]),
        Operation(
            EventChannelOperation.status, named: "status", taking: EventChannelOperation.Status.self,
            "Tells what a port is connected to.", at: .init("EventChannelOperation.swift", "status"),
            answers: [
                .succeeds("the structure holds the state, closed for a port that is not open"),
                .fails(.invalidArgument, "the port's number is beyond the table"),
                .noDomain, .otherDomain, .badPointer,
            ]),
        Operation(
            EventChannelOperation.bindVCPU, named: "bind_vcpu", taking: EventChannelOperation.BindVCPU.self,
            "Chooses the virtual CPU that is told of a port's events.",
            at: .init("EventChannelOperation.swift", "bindVirtualCPU"),
            answers: [
                .succeeds("done"),
                .fails(.invalidArgument, "the port is not open, or belongs to its virtual CPU for good"),
                .fails(.noSuchEntry, "no such virtual CPU"), .badPointer,
            ]),
        Operation(
            EventChannelOperation.unmask, named: "unmask", taking: EventChannelOperation.Unmask.self,
            "Clears a port's mask bit, and delivers what is pending.",
            at: .init("EventChannelOperation.swift", "unmask"),
            answers: [
                .succeeds("done, for a port that is not open as well"),
                .fails(.invalidArgument, "the port's number is beyond the table"), .badPointer,
            ]),
        Operation(
            EventChannelOperation.reset, named: "reset", taking: EventChannelOperation.Reset.self,
            "Closes all ports, 256 before other work has its turn, and goes back to the two-level ABI.",
            at: .init("EventChannelOperation+Close.swift", "reset"),
            answers: [
                .succeeds("done"), .noDomain, .otherDomain, .badPointer,
                .fails(.busy, "another one has begun", unreachable: oneAtATime),
                .fails(.tryAgain, "a port that was opened meanwhile is open still", unreachable: oneAtATime),
            ]),
        Operation(
            EventChannelOperation.continueReset, named: "reset_cont", taking: EventChannelOperation.Reset.self,
            "Goes on with a reset that was interrupted.", at: .init("EventChannelOperation+Close.swift", "reset"),
            answers: [
                .succeeds("done", unreachable: "an interrupted call makes itself again; its answer is that of reset"),
                .fails(.busy, "none has begun"), .noDomain, .otherDomain, .badPointer,
            ]),
    ]

    private static let queues: [CataloguedOperation] = [
        Operation(
            EventChannelOperation.initializeControl, named: "init_control",
            taking: EventChannelOperation.InitializeControl.self,
            "Names the control block of a virtual CPU's queues. With the first one the domain changes to the FIFO ABI.",
            at: .init("EventChannelOperation+Queues.swift", "initializeControl"),
            answers: [
                .succeeds("the structure tells that links have 17 bits"),
                .fails(.noSuchEntry, "no such virtual CPU"),
                .fails(
                    .invalidArgument,
                    "the block is not 8-byte aligned, crosses a page, is not in the caller's memory, or is there already"
                ),
                .badPointer, .noMemory("the array of words"),
            ]),
        Operation(
            EventChannelOperation.expandArray, named: "expand_array", taking: EventChannelOperation.ExpandArray.self,
            "Adds a page of 1024 event words.", at: .init("EventChannelOperation+Queues.swift", "expandArray"),
            answers: [
                .succeeds("done"), .fails(.notSupported, "before init_control"),
                .fails(.invalidArgument, "the page is not in the caller's memory"),
                .fails(.noSpace, "131,072 words are there"), .badPointer, .noMemory("the array of words"),
            ]),
        Operation(
            EventChannelOperation.setPriority, named: "set_priority", taking: EventChannelOperation.SetPriority.self,
            "Chooses the queue of a port, 0 to 15; 0 comes first.",
            at: .init("EventChannelOperation+Queues.swift", "setPriority"),
            answers: [
                .succeeds("done"), .fails(.notImplemented, "before init_control"),
                .fails(.invalidArgument, "the port's number is beyond the table, or the priority above 15"),
                .badPointer,
            ]),
    ]
}
