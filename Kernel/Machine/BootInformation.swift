// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// What a multiboot 1 loader hands over: memory map, modules, command line. (Multiboot specification 0.6.96 §3.3)
///
/// All of it lies somewhere in memory below 4 GiB, where the kernel's first page tables reach it. It is read once, at start.
public struct BootInformation: Sendable {
    /// What a loader leaves in EAX.
    public static let magic: UInt32 = 0x2BAD_B002

    private let address: UInt64
    private let flags: UInt32

    /// The information at the address in EBX, if the magic number in EAX is right.
    public init?(magic: UInt32, address: UInt32) {
        guard magic == BootInformation.magic else { return nil }
        self.address = UInt64(address)
        flags = cpu_load32(self.address)
    }

    /// A range of the machine's memory: bytes from `start` up to `end`.
    public struct MemoryRange: Sendable {
        public let start: UInt64
        public let end: UInt64
        /// Whether it is ordinary memory, free to be used.
        public let isAvailable: Bool
    }

    /// A file that the loader has put into memory, and the text that stood behind its name.
    public struct Module: Sendable {
        public let start: HostPhysicalAddress
        public let end: HostPhysicalAddress
        /// The text's first byte; zero-terminated.
        public let argumentsAddress: HostPhysicalAddress
    }

    /// Calls `body` with each range of the memory map, in the loader's order.
    public func forEachMemoryRange(_ body: (MemoryRange) -> Void) {
        guard flags & 1 << 6 != 0 else { return }
        var entry = UInt64(cpu_load32(address &+ 48))
        let end = entry &+ UInt64(cpu_load32(address &+ 44))
        while entry &+ 24 <= end {
            let start = cpu_load64(entry &+ 4)
            let length = cpu_load64(entry &+ 12)
            body(MemoryRange(start: start, end: start &+ length, isAvailable: cpu_load32(entry &+ 20) == 1))
            entry &+= UInt64(cpu_load32(entry)) &+ 4
        }
    }

    /// The number of modules.
    public var moduleCount: Int { flags & 1 << 3 == 0 ? 0 : Int(min(cpu_load32(address &+ 20), 128)) }

    /// The module of the given index, less than `moduleCount`.
    public func module(_ index: Int) -> Module {
        let entry = UInt64(cpu_load32(address &+ 24)) &+ UInt64(index) &* 16
        return Module(
            start: HostPhysicalAddress(UInt64(cpu_load32(entry))),
            end: HostPhysicalAddress(UInt64(cpu_load32(entry &+ 4))),
            argumentsAddress: HostPhysicalAddress(UInt64(cpu_load32(entry &+ 8))))
    }

    /// The kernel's own command line: zero-terminated; nil without one.
    public var commandLine: HostPhysicalAddress? {
        flags & 1 << 2 == 0 ? nil : HostPhysicalAddress(UInt64(cpu_load32(address &+ 16)))
    }

    /// Whether the texts of modules begin with the name of their file: QEMU puts it there, GRUB 2 does not.
    public var textsBeginWithFileName: Bool {
        guard flags & 1 << 9 != 0 else { return true }
        let firstLetter = cpu_load8(UInt64(cpu_load32(address &+ 64)))
        return firstLetter == UInt8(ascii: "q")
    }

    /// Calls `body` with each range that the loader has filled and that is still needed: its own structures, texts, modules.
    public func forEachLoadedRange(_ body: (_ start: UInt64, _ end: UInt64) -> Void) {
        body(address, address &+ 4096)
        body(UInt64(cpu_load32(address &+ 48)), UInt64(cpu_load32(address &+ 48)) &+ 4096)
        body(UInt64(cpu_load32(address &+ 24)), UInt64(cpu_load32(address &+ 24)) &+ 4096)
        if let commandLine { body(commandLine.value, commandLine.value &+ 4096) }
        for index in 0..<moduleCount {
            let module = module(index)
            body(module.start.value, module.end.value)
            body(module.argumentsAddress.value, module.argumentsAddress.value &+ 4096)
        }
    }
}
