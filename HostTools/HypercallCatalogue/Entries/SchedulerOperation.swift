// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    static let schedulerOperation = CataloguedHypercall(
        .schedulerOperation, "sched_op", "Giving up the processor, for a while or for good.",
        arguments: ["the operation", "the address of its structure"],
        operations: waiting + ending + [.others(at: scheduler("schedulerOperation"))])

    private static func scheduler(_ function: String) -> CataloguedOperation.Handler {
        CataloguedOperation.Handler("SchedulerOperation.swift", function)
    }

    private static let waiting: [CataloguedOperation] = [
        Operation(
            SchedulerOperation.yield, named: "yield", "Lets others run.", at: scheduler("yield"),
            answers: [.succeeds("others have had their turn")]),
        Operation(
            SchedulerOperation.block, named: "block", "Waits for an event or an interrupt.", at: scheduler("block"),
            answers: [.succeeds("one has come, or was there before")]),
        Operation(
            SchedulerOperation.poll, named: "poll", taking: SchedulerOperation.Poll.self,
            "Waits until one of up to 128 ports is pending, masked or not, or a system time has come.",
            at: scheduler("poll"),
            answers: [
                .succeeds("one is pending, the time has come, or an event can be delivered"),
                .fails(.invalidArgument, "more than 128 ports, or one beyond the table"),
                .fails(.badAddress, "the structure or its list is not mapped"),
            ]),
    ]

    private static let ending: [CataloguedOperation] = [
        Operation(
            SchedulerOperation.shutdown, named: "shutdown", taking: SchedulerOperation.Shutdown.self,
            "Ends the domain, for one of six reasons; another one counts as a crash.", at: scheduler("shutdown"),
            answers: [
                .succeeds("", unreachable: "a domain that has ended sees no answer"),
                .badPointer,
            ]),
        Operation(
            SchedulerOperation.shutdownCode, named: "shutdown_code", taking: SchedulerOperation.Shutdown.self,
            "The reason that will count, whatever the shutdown says.", at: scheduler("shutdownCode"),
            answers: [.succeeds("kept, if there is such a reason"), .badPointer]),
        Operation(
            SchedulerOperation.remoteShutdown, named: "remote_shutdown", taking: SchedulerOperation.RemoteShutdown.self,
            "Ends another domain: for the control domain.", at: scheduler("remoteShutdown"),
            answers: [
                .fails(.operationNotPermitted, "any domain that exists, the caller by its number too"),
                .fails(.noSuchProcess, "no such domain, or `DOMID_SELF`"), .badPointer,
            ]),
        Operation(
            SchedulerOperation.watchdog, named: "watchdog", taking: SchedulerOperation.Watchdog.self,
            "Ends the domain unless it is told again in time. A domain has two. A new one without time ends it at once.",
            at: scheduler("watchdog"),
            answers: [
                .succeeds("the number of a new one, 1 or 2; 0 for one that was set again or stopped"),
                .fails(.invalidArgument, "a number above 2, or one that is not running"),
                .fails(.noSpace, "a new one and none is free; in 32 bits without a sign, 0xFFFFFFE4, as on Xen"),
                .badPointer,
            ]),
        Operation(
            SchedulerOperation.pinOverride, named: "pin_override",
            "Binds the caller to a processor: for the control domain.", at: scheduler("schedulerOperation"),
            answers: [.fails(.operationNotPermitted, "always")]),
    ]
}
