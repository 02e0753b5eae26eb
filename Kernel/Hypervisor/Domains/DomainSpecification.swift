// SPDX-License-Identifier: MIT
import Architecture
import Building
import Diagnostics

/// What a domain is to be made of.
public struct DomainSpecification {
    /// Its name, for people.
    public var name: Message
    /// Its UUID.
    public var handle: InlineArray<16, UInt8>
    /// The bytes of its kernel.
    public var kernel: HostRange
    /// The bytes of its ramdisk, if it has one.
    public var ramdisk: HostRange?
    /// The bytes of its command line.
    public var commandLine: HostRange
    /// Its memory in bytes.
    public var memorySize: UInt64
    /// The number of its virtual CPUs.
    public var vcpuCount: Int
    /// What it may have of the processors' time.
    public var share = SchedulingShare()

    /// A specification from its parts.
    public init(
        name: Message, handle: InlineArray<16, UInt8>, kernel: HostRange, ramdisk: HostRange?, commandLine: HostRange,
        memorySize: UInt64, vcpuCount: Int, share: SchedulingShare = SchedulingShare()
    ) {
        self.name = name
        self.handle = handle
        self.kernel = kernel
        self.ramdisk = ramdisk
        self.commandLine = commandLine
        self.memorySize = memorySize
        self.vcpuCount = vcpuCount
        self.share = share
    }
}

/// A range of the machine's memory.
public struct HostRange: Sendable {
    /// Its first byte.
    public let start: HostPhysicalAddress
    /// The number of its bytes.
    public let count: UInt64

    /// A range from its parts.
    public init(start: HostPhysicalAddress, count: UInt64) {
        self.start = start
        self.count = count
    }
}

/// Why a domain could not be built.
public enum DomainBuildError: Error {
    /// Its kernel cannot be started.
    case image(GuestImageError)
    /// Its pieces do not fit into its memory.
    case layout(StartOfDayError)
    /// The machine has too little free memory for it.
    case outOfMemory
    /// There are as many virtual CPUs as the hypervisor keeps room for.
    case tooManyVirtualCPUs

    /// The same in words.
    public var message: StaticString {
        switch self {
        case .image(let error): error.message
        case .layout(let error): error.message
        case .outOfMemory: "the machine has too little free memory for it"
        case .tooManyVirtualCPUs: "all domains together would have more than 512 virtual CPUs: give them fewer"
        }
    }
}
