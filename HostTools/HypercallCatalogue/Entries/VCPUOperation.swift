// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    static let vcpuOperation = CataloguedHypercall(
        .vcpuOperation, "vcpu_op",
        "The domain's virtual CPUs: starting and stopping them, their time and their timers.",
        arguments: ["the operation", "the virtual CPU's number", "the address of the operation's structure"],
        operations: lifecycle + areas + timers + [
            CataloguedOperation(
                name: "any other number", purpose: "There is no such operation.", handler: vcpu(),
                answers: [.fails(.notImplemented, "always"), noVCPU])
        ])

    private static let noVCPU = CataloguedAnswer.fails(.noSuchEntry, "no such virtual CPU")
    private static let notItself = CataloguedAnswer.fails(.invalidArgument, "not the caller itself")

    private static func vcpu(_ function: String = "vcpuOperation", _ part: String = "") -> CataloguedOperation.Handler {
        CataloguedOperation.Handler("VCPUOperation\(part).swift", function)
    }

    private static let lifecycle: [CataloguedOperation] = [
        Operation(
            VCPUOperation.initialize, named: "initialise", taking: VCPUContext.self,
            "The registers with which a virtual CPU will start: behind the structure those of 32-bit or of 64-bit code.",
            at: vcpu("initialize", "+State"),
            answers: [
                .succeeds("done; the virtual CPU stays down"),
                .fails(.alreadyExists, "done before"),
                .fails(.invalidArgument, "padding is not 0, the mode not 0 or 1, or there can be no such state"),
                noVCPU, .badPointer,
            ]),
        Operation(
            VCPUOperation.up, named: "up", "Starts a virtual CPU.", at: vcpu("bringUp", "+State"),
            answers: [
                .succeeds("it is up, now or before"), .fails(.invalidArgument, "it has no registers yet"), noVCPU,
            ]),
        Operation(
            VCPUOperation.down, named: "down", "Stops a virtual CPU. The last one's end is that of the domain.",
            at: vcpu(), answers: [.succeeds("it is down"), noVCPU]),
        Operation(
            VCPUOperation.isUp, named: "is_up", "Whether a virtual CPU is up.", at: vcpu(),
            answers: [.succeeds("1 or 0"), noVCPU]),
        Operation(
            VCPUOperation.sendNMI, named: "send_nmi", "Raises a non-maskable interrupt.", at: vcpu(),
            answers: [.succeeds("done"), noVCPU]),
        Operation(
            VCPUOperation.getPhysicalIdentifier, named: "get_physid",
            "The processor on which a pinned virtual CPU runs.",
            at: vcpu(), answers: [.fails(.invalidArgument, "it is not pinned"), noVCPU]),
    ]

    private static let areas: [CataloguedOperation] = [
        Operation(
            VCPUOperation.getRunstateInfo, named: "get_runstate_info", taking: RunstateInfo.self,
            "How long a virtual CPU has run, waited, slept and been down.", at: vcpu(),
            answers: [.succeeds("the times are in the structure"), noVCPU, .badPointer]),
        Operation(
            VCPUOperation.registerRunstateArea, named: "register_runstate_memory_area",
            taking: VCPUOperation.RegisterArea.self,
            "A linear address at which the same structure is kept up to date; 0 takes it away.",
            at: vcpu("registerRunstateArea"), answers: [.succeeds("done"), noVCPU, .badPointer]),
        Operation(
            VCPUOperation.registerVCPUInfo, named: "register_vcpu_info", taking: VCPUOperation.RegisterVCPUInfo.self,
            "Moves `vcpu_info` out of the shared info page, for good.", at: vcpu("registerInfo"),
            answers: [
                .succeeds("done"), .fails(.noSuchDeviceOrAddress, "not 8-byte aligned, or across the end of a page"),
                .fails(.invalidArgument, "a second time, no memory of the domain, or another virtual CPU that is up"),
                noVCPU, .badPointer,
            ]),
        Operation(
            VCPUOperation.registerVCPUTimeArea, named: "register_vcpu_time_memory_area",
            taking: VCPUOperation.RegisterArea.self,
            "A linear address at which a second copy of the time record is kept, for user code; 0 takes it away.",
            at: vcpu("registerTimeArea"), answers: [.succeeds("done"), noVCPU, .badPointer]),
    ]

    private static let timers: [CataloguedOperation] = [
        Operation(
            VCPUOperation.setPeriodicTimer, named: "set_periodic_timer", taking: VCPUOperation.SetPeriodicTimer.self,
            "Raises `VIRQ_TIMER` again and again.", at: vcpu("setPeriodicTimer", "+Timers"),
            answers: [
                .succeeds("done"), .fails(.invalidArgument, "the period is below 1 ms, or 2^62 ns and more"), noVCPU,
                .badPointer,
            ]),
        Operation(
            VCPUOperation.stopPeriodicTimer, named: "stop_periodic_timer", "Stops that.", at: vcpu(),
            answers: [.succeeds("done"), noVCPU]),
        Operation(
            VCPUOperation.setSingleshotTimer, named: "set_singleshot_timer",
            taking: VCPUOperation.SetSingleshotTimer.self,
            "Raises `VIRQ_TIMER` once, at a system time in nanoseconds. A time that has passed fires at once.",
            at: vcpu("setSingleshotTimer", "+Timers"), answers: [.succeeds("done"), notItself, noVCPU, .badPointer]),
        Operation(
            VCPUOperation.stopSingleshotTimer, named: "stop_singleshot_timer", "Stops that.", at: vcpu(),
            answers: [.succeeds("done"), notItself, noVCPU]),
    ]
}
