// SPDX-License-Identifier: MIT
import Architecture
import CPU

@testable import Hypervisor

/// A way of running guests in which the guest is a closure: it changes registers and memory as a guest would, and says why it
/// has stopped.
final class FakeBackend: VirtualizationBackend {
    /// What a guest does between an entry and the next exit.
    typealias Program = (inout GuestRegisters, VirtualCPU, FakeControlBlock) -> Exit

    static var nestedPageTableFormat: NestedPageTableFormat { .nestedPaging }
    static var hypercallInstruction: InlineArray<3, UInt8> { [0x0F, 0x01, 0xD9] }
    static var foreignHypercallInstruction: InlineArray<3, UInt8> { [0x0F, 0x01, 0xC1] }

    /// The programs of the domains that are built from now on, by their numbers.
    var programs: [UInt16: Program] = [:]
    /// Which virtual CPUs were entered, in order.
    private(set) var entries: [String] = []
    /// Which virtual CPUs the processor was prepared for, in order.
    private(set) var current: [String] = []
    /// Which virtual CPUs the processor has let go of, in order.
    private(set) var retired: [String] = []
    /// Which virtual CPUs' registers were written to memory, in order.
    private(set) var putAside: [String] = []
    /// Which virtual CPUs' translations were dropped, in order.
    private(set) var flushes: [String] = []
    /// For how many more virtual CPUs there is memory.
    var remainingControls = Int.max
    private var controls: [ObjectIdentifier: FakeControlBlock] = [:]

    func control(of vcpu: VirtualCPU) -> FakeControlBlock {
        controls[ObjectIdentifier(vcpu)] ?? makeControl(of: vcpu)
    }

    func prepare(_ vcpu: VirtualCPU) -> Bool {
        guard remainingControls > 0 else { return false }
        remainingControls -= 1
        _ = control(of: vcpu)
        return true
    }

    private func makeControl(of vcpu: VirtualCPU) -> FakeControlBlock {
        let control = FakeControlBlock()
        controls[ObjectIdentifier(vcpu)] = control
        let program = programs[vcpu.domain.identifier.rawValue]
        control.program = { [unowned self, unowned vcpu, unowned control] registers in
            entries.append(FakeBackend.name(of: vcpu))
            if let program { return program(&registers, vcpu, control) }
            control.flags.remove(.interruptEnable)
            return .halt
        }
        return control
    }

    func makeCurrent(_ vcpu: VirtualCPU, isMoved: Bool) { current.append(FakeBackend.name(of: vcpu)) }
    func putAside(_ vcpu: VirtualCPU) { putAside.append(FakeBackend.name(of: vcpu)) }
    func retire(_ vcpu: VirtualCPU) { retired.append(FakeBackend.name(of: vcpu)) }
    func forEachFrame(of vcpu: VirtualCPU, _ body: (HostFrame) -> Void) {}
    func flushTranslations(of vcpu: VirtualCPU) { flushes.append(FakeBackend.name(of: vcpu)) }

    private static func name(of vcpu: VirtualCPU) -> String { "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier)" }
}
