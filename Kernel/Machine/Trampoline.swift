// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The page below 1 MiB in which other processors begin, and what waits for them: see boot/processors.asm.
public struct Trampoline: Sendable {
    private let page: UInt64
    /// Ticks of the time-stamp counter per second.
    private let frequency: UInt64

    /// Puts the first lines into the lowest page that the loader says is memory, and has not used. Nil when there is none.
    public init?(_ boot: BootInformation, _ tables: borrowing KernelPageTables, frequency: UInt64) {
        // The first page has the interrupt vectors of the firmware, and is not mapped.
        var page: UInt64 = frameSize
        while page < 0x9_0000 && !Trampoline.isFree(page, boot) { page &+= frameSize }
        guard page < 0x9_0000 else { return nil }
        self.page = page
        self.frequency = frequency
        for offset in 0..<kernel_layout.trampoline_end &- kernel_layout.trampoline_start {
            cpu_store8(page &+ offset, cpu_load8(kernel_layout.trampoline_start &+ offset))
        }
        cpu_store64(kernel_layout.processor_tables, tables.rootAddress)
    }

    private static func isFree(_ page: UInt64, _ boot: BootInformation) -> Bool {
        var isAvailable = false
        boot.forEachMemoryRange { range in
            if range.isAvailable && range.start <= page && page &+ frameSize <= range.end { isAvailable = true }
        }
        boot.forEachLoadedRange { start, end in
            if start < page &+ frameSize && page < end { isAvailable = false }
        }
        return isAvailable
    }

    /// What has become of a processor that was to start.
    public enum Outcome: Sendable {
        /// It is there.
        case arrived
        /// It has not come. If it comes later, it finds no stack, and stops.
        case absent
        /// It has taken the stack, and is not there yet.
        case underWay
    }

    /// Lets a processor start on a stack, and waits until `hasArrived` says that it is there, for half a second.
    /// (Intel SDM vol. 3A §9.4.4.1: INIT, 10 ms, two start-up messages)
    public func start(_ identifier: UInt32, stackTop: UInt64, _ hasArrived: () -> Bool) -> Outcome {
        cpu_store64(kernel_layout.processor_stack, stackTop)
        LocalAPIC.reset(identifier)
        wait(microseconds: 10_000) { false }
        for _ in 0..<2 where cpu_load64(kernel_layout.processor_stack) != 0 {
            LocalAPIC.start(identifier, page: UInt8(truncatingIfNeeded: page / frameSize))
            wait(microseconds: 200) { cpu_load64(kernel_layout.processor_stack) == 0 }
        }
        wait(microseconds: 500_000, hasArrived)
        if hasArrived() { return .arrived }
        guard cpu_exchange64(kernel_layout.processor_stack, 0) == 0 else { return .absent }
        // It has taken the stack at the last moment.
        wait(microseconds: 5_000_000, hasArrived)
        return hasArrived() ? .arrived : .underWay
    }

    private func wait(microseconds: UInt64, _ isOver: () -> Bool) {
        let start = cpu_read_timestamp()
        let ticks = frequency / 1_000_000 &* microseconds
        while cpu_read_timestamp() &- start < ticks && !isOver() { cpu_pause() }
    }
}
