// SPDX-License-Identifier: MIT

/// Interrupts that the hypervisor itself raises (`VIRQ_*`, Xen public header `xen.h`).
public enum VirtualInterrupt: UInt32, CaseIterable, Sendable {
    /// Of a vCPU: its one-shot timer is due.
    case timer = 0
    /// Of a vCPU: the guest is asked to dump its state.
    case debug = 1
    /// Of the control domain: the emergency console received bytes.
    case console = 2
    /// Of the control domain: something happened to some domain.
    case domainException = 3
    /// Of the control domain: the trace buffer has records.
    case traceBuffer = 4
    /// Of the control domain: a domain stopped for debugging.
    case debugger = 6
    /// Of a vCPU: a profiling sample.
    case profiling = 7
    /// Of the control domain: the console ring received bytes.
    case consoleRing = 8
    /// Of the control domain: a physical CPU changed state.
    case physicalCPUState = 9
    /// Of the control domain: a memory event.
    case memoryEvent = 10
    /// Of a domain: a message has come.
    case argo = 11
    /// Of the control domain: memory is short.
    case lowMemory = 12
    /// Of a vCPU: a performance counter overflowed.
    case performanceMonitor = 13
}
