// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

/// Hypercalls for a control domain, a device model, or nobody.
extension HypercallCatalogue {
    static let controlOperations: [CataloguedHypercall] = [
        control(.platformOperation, "platform_op", "The control domain's hold on the machine."),
        control(.systemControl, "sysctl", "The control domain's hold on the hypervisor."),
        control(.domainControl, "domctl", "The control domain's hold on other domains."),
    ]

    private static func control(
        _ number: HypercallNumber, _ name: String, _ purpose: String
    ) -> CataloguedHypercall {
        CataloguedHypercall(
            number, name, purpose, arguments: ["the address of a structure that begins with operation and version"],
            operations: [
                Operation(
                    purpose: "Refused to ordinary domains, whatever the operation.",
                    structure: .init(ControlOperationHeader.self),
                    handler: .init("ControlOperations.swift", "controlOperation"),
                    answers: [
                        .fails(.operationNotPermitted, "the version is that of Xen 4.17"),
                        .fails(.permissionDenied, "another version"), .badPointer,
                    ])
            ])
    }

    static let deviceModelOperation = CataloguedHypercall(
        .deviceModelOperation, "dm_op", "What a device model does to the domain that it serves.",
        arguments: ["the domain", "how many buffers", "the address of the list of buffers"],
        operations: [
            Operation(
                purpose: "Refused to ordinary domains, whatever the operation.",
                handler: .init("ControlOperations.swift", "deviceModelOperation"),
                answers: [
                    .fails(.argumentListTooLong, "more than two buffers"), .fails(.noData, "no buffers"),
                    .fails(.badAddress, "the list is not mapped"),
                    .fails(.noSuchProcess, "no such domain, or `DOMID_SELF`"), .fails(.invalidArgument, "domain 0"),
                    .fails(.operationNotPermitted, "any other domain"),
                ])
        ])

    static let performanceMonitorOperation = CataloguedHypercall(
        .performanceMonitorOperation, "xenpmu_op", "Performance counters.",
        arguments: ["the operation", "the address of its structure"],
        operations: [
            Operation(
                purpose: "There are none.", handler: .init("Dispatch.swift", "dispatch"),
                answers: [.fails(.notSupported, "always")])
        ])

    static let hypervisorFileSystemOperation = CataloguedHypercall(
        .hypervisorFileSystemOperation, "hypfs_op", "The hypervisor's file system, for the control domain.",
        arguments: ["the operation", "the address of a path", "its length", "the address of a buffer", "its length"],
        operations: [
            Operation(
                purpose: "Refused to ordinary domains.", handler: .init("Dispatch.swift", "dispatch"),
                answers: [.fails(.operationNotPermitted, "always")])
        ])

    /// Numbers that this kind of guest has no hypercall for.
    static let notImplemented: [CataloguedHypercall] = [
        (.setTrapTable, "set_trap_table"), (.mmuUpdate, "mmu_update"), (.setGDT, "set_gdt"),
        (.stackSwitch, "stack_switch"), (.setCallbacks, "set_callbacks"), (.fpuTaskSwitch, "fpu_taskswitch"),
        (.schedulerOperationOld, "sched_op_compat"), (.setDebugRegister, "set_debugreg"),
        (.getDebugRegister, "get_debugreg"), (.updateDescriptor, "update_descriptor"), (.unassigned, "(no hypercall)"),
        (.updateVirtualMapping, "update_va_mapping"), (.eventChannelOperationOld, "event_channel_op_compat"),
        (.physicalDeviceOperationOld, "physdev_op_compat"),
        (.updateVirtualMappingOfOtherDomain, "update_va_mapping_otherdomain"), (.interruptReturn, "iret"),
        (.setSegmentBase, "set_segment_base"), (.securityOperation, "xsm_op"), (.nmiOperation, "nmi_op"),
        (.callbackOperation, "callback_op"), (.profilingOperation, "xenoprof_op"),
        (.physicalDeviceOperation, "physdev_op"), (.kexecOperation, "kexec_op"),
        (.transcendentMemoryOperation, "tmem_op"), (.argoOperation, "argo_op"),
    ].map { (number: HypercallNumber, name: String) in
        CataloguedHypercall(
            number, name, "Not for this kind of guest.", arguments: [],
            operations: [
                Operation(
                    purpose: "", handler: .init("Dispatch.swift", "dispatch"),
                    answers: [.fails(.notImplemented, "always")])
            ])
    }
}
