// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics

@testable import Hypervisor

/// A machine that keeps what it is asked to do. Lines of the log and the consoles go to the recorder of the running test.
final class FakePlatform: Platform {
    /// The nanoseconds of the last request for a timer interrupt.
    private(set) var timer: UInt64?
    /// Which virtual CPUs the context was switched to.
    private(set) var switches: [UInt32] = []
    /// How often a virtual CPU's own registers were loaded again.
    private(set) var reloadCount = 0
    /// How often pending interrupts were taken.
    private(set) var takeCount = 0
    /// How often the machine slept.
    private(set) var waitCount = 0
    /// Which processors were interrupted, in order.
    private(set) var interrupted: [Int] = []
    /// What happens when one is.
    var onInterrupt: (Int) -> Void = { _ in }
    /// What happens while it sleeps.
    var onWait: () -> Void = {}
    /// What CPUID answers.
    var leaves: (UInt32, UInt32) -> CPUIDResult = { _, _ in CPUIDResult(eax: .max, ebx: .max, ecx: .max, edx: .max) }

    /// Lets the processor be a vendor's.
    func setSignature(_ signature: ProcessorVendor.Signature) {
        let others = leaves
        leaves = { leaf, subleaf in
            guard leaf == 0 || leaf == 0x8000_0000 else { return others(leaf, subleaf) }
            return CPUIDResult(eax: .max, ebx: signature.ebx, ecx: signature.ecx, edx: signature.edx)
        }
    }

    var extendedStateComponents: XCR0 = [.x87, .sse, .avx]

    static func log(_ level: LogLevel, _ message: Message) { Recorder.current?.append("log", message) }

    static func writeConsole(domain: UInt16, line: Message) { Recorder.current?.append("d\(domain)", line) }

    func setTimer(in nanoseconds: UInt64) { timer = nanoseconds }
    func takeInterrupts() { takeCount += 1 }

    func waitForInterrupt() {
        waitCount += 1
        onWait()
    }

    func cpuid(_ leaf: UInt32, _ subleaf: UInt32) -> CPUIDResult { leaves(leaf, subleaf) }
    func interrupt(_ processor: Int) {
        interrupted.append(processor)
        onInterrupt(processor)
    }
    func saveContext(of vcpu: VirtualCPU) {}
    func loadContext(of vcpu: VirtualCPU) { switches.append(vcpu.identifier) }
    func saveVectors(of vcpu: VirtualCPU) {}
    func loadVectors(of vcpu: VirtualCPU) {}
    func reloadContext(of vcpu: VirtualCPU) { reloadCount += 1 }
}
