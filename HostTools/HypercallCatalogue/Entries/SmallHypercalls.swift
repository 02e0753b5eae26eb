// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

/// Hypercalls with few operations, or none.
extension HypercallCatalogue {
    static let multicall = CataloguedHypercall(
        .multicall, "multicall",
        "A list of hypercalls, made one after the other; after 32 of them other work has its turn.",
        arguments: ["the address of the list", "how many entries"],
        operations: [
            Operation(
                purpose: "Each entry takes up the result of its call. An entry takes 64 bytes, of a 32-bit caller 32.",
                handler: .init("Multicall.swift", "multicall"),
                answers: [
                    .succeeds("all calls are made; an empty list needs no address"),
                    .fails(.badAddress, "the list is not mapped, or cannot be written"),
                    .element(nil, "the entry's call succeeded"),
                    .element(.invalidArgument, "the entry is a list itself, or its call says so"),
                    .element(.notImplemented, "the entry's number is beyond 32 bits, or its call says so"),
                ])
        ])

    static let setTimerOperation = CataloguedHypercall(
        .setTimerOperation, "set_timer_op", "The one-shot timer of the calling virtual CPU.",
        arguments: [
            "the system time in nanoseconds at which `VIRQ_TIMER` is raised, 0 to stop it; of a 32-bit caller its low half",
            "of a 32-bit caller the high half",
        ],
        operations: [
            Operation(
                purpose: "A time that has passed fires at once; one that is more than 2^50 ns ahead becomes 100 ms.",
                handler: .init("SetTimerOperation.swift", "setTimerOperation"), answers: [.succeeds("always")])
        ])

    static let consoleIO = CataloguedHypercall(
        .consoleIO, "console_io", "The hypervisor's console.",
        arguments: ["the operation", "how many bytes", "their address"],
        operations: [
            Operation(
                ConsoleOperation.write, named: "write",
                "Writes text; after 1024 bytes, or 64 KiB of zeros, other work has its turn. Xen's release builds refuse it to ordinary domains.",
                at: .init("ConsoleIO.swift", "consoleWrite"),
                answers: [.succeeds("written"), .fails(.badAddress, "a byte is not mapped")]),
            Operation(
                ConsoleOperation.read, named: "read", "Reads text; there is none.",
                at: .init("ConsoleIO.swift", "consoleIO"),
                answers: [.succeeds("0 bytes")]),
            .others(at: .init("ConsoleIO.swift", "consoleIO")),
        ])

    static let vmAssist = CataloguedHypercall(
        .vmAssist, "vm_assist", "Behaviour that a guest can switch on and off.",
        arguments: ["the operation", "the kind: 5, the update flag of the run state, is the only one for such guests"],
        operations: [
            Operation(
                VMAssist.enable, .disable, named: "enable, disable", "Switches one kind on or off.",
                at: .init("VMAssist.swift", "vmAssist"),
                answers: [.succeeds("kind 5"), .fails(.invalidArgument, "another kind")]),
            Operation(
                name: "any other number", purpose: "There is no such operation.",
                handler: .init("VMAssist.swift", "vmAssist"),
                answers: [.fails(.notImplemented, "kind 5"), .fails(.invalidArgument, "another kind")]),
        ])

    static let mmuExtendedOperation = CataloguedHypercall(
        .mmuExtendedOperation, "mmuext_op", "Page tables of classic paravirtualised guests.",
        arguments: [
            "the address of the list", "how many entries", "the address of a count", "the domain whose pages are meant",
        ],
        operations: [
            Operation(
                purpose: "Not for a domain whose memory is translated.",
                handler: .init("ControlOperations.swift", "mmuExtendedOperation"),
                answers: [
                    .fails(.invalidArgument, "`DOMID_SELF`"),
                    .fails(.noSuchProcess, "no such domain, or the caller by its number"), .otherDomain,
                ])
        ])
}
