// SPDX-License-Identifier: MIT

/// Why a guest cannot be laid out in its memory.
public enum StartOfDayError: Error, Equatable, Sendable {
    /// The kernel, with its zeroed part and its start information, needs `required` bytes of memory.
    case tooLittleMemoryForImage(required: UInt64)
    /// The kernel and its modules need `required` bytes of memory.
    case tooLittleMemoryForModules(required: UInt64)
    /// The modules do not fit below the gap under 4 GiB, however much memory there is.
    case modulesTooLarge
    /// The kernel ends so high that its start information would not end below 1 GiB.
    case imageTooHigh
    /// More than 1 TiB of memory was asked for.
    case tooMuchMemory
    /// The command line is longer than 4096 bytes.
    case commandLineTooLong
    /// The number of vCPUs is not in 1...128.
    case wrongVCPUCount

    /// A plain sentence for the console; it ends without a full stop.
    public var message: StaticString {
        switch self {
        case .tooLittleMemoryForImage: "too little memory for the kernel: raise memory= in the configuration"
        case .tooLittleMemoryForModules: "too little memory for the ramdisk: raise memory= in the configuration"
        case .modulesTooLarge: "the ramdisk does not fit below 3840 MiB: make it smaller"
        case .imageTooHigh: "the kernel reaches too close to 1 GiB, below which its start information must lie"
        case .tooMuchMemory: "more than 1 TiB of memory: lower memory= in the configuration"
        case .commandLineTooLong: "the command line is longer than 4096 bytes"
        case .wrongVCPUCount: "the number of vCPUs must be between 1 and 128"
        }
    }

    /// How much memory would be enough, in bytes, where too little was the reason.
    public var requiredMemory: UInt64? {
        switch self {
        case .tooLittleMemoryForImage(let required), .tooLittleMemoryForModules(let required): required
        default: nil
        }
    }
}
