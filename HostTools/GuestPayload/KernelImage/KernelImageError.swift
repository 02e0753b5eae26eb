// SPDX-License-Identifier: MIT

import Building

/// Why a file cannot serve as a guest's kernel.
public struct KernelImageError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The file, as the user named it.
    public let file: String

    /// What is wrong with it.
    public let reason: Reason

    /// `file: what is wrong; what to do`.
    public var description: String { "\(file): \(reason.message)" }

    init(_ file: String, _ reason: Reason) {
        self.file = file
        self.reason = reason
    }

    /// What can be wrong with a kernel.
    public enum Reason: Error, Equatable, Sendable {
        /// It cannot be opened or read.
        case unreadable
        /// It, or what it unpacks to, exceeds 1 GiB.
        case tooLarge
        /// It is neither an ELF file nor a bzImage nor compressed.
        case unknownFormat
        /// It is a bzImage that ends before its payload does.
        case truncatedImage
        /// It is a bzImage of a boot protocol before 2.08, which does not say where its payload is.
        case noPayload
        /// The payload has a form of compression that is not supported; its first bytes are given.
        case unknownCompression([UInt8])
        /// The payload, in the named form of compression, ends too early.
        case truncatedPayload(compression: String)
        /// The payload is damaged.
        case corruptedPayload(compression: String)
        /// The payload does not unpack to as many bytes as the image says.
        case wrongPayloadSize(expected: Int)
        /// There is not enough memory to unpack the payload.
        case outOfMemory
        /// What was found breaks a rule of PVH kernels.
        case notPVH(GuestImageError)
    }
}

extension KernelImageError.Reason {
    /// What it means for a kernel that its compressed data cannot be unpacked.
    init(_ error: CodecError, codec: Codec) {
        self =
            switch error {
            case .truncated: .truncatedPayload(compression: codec.name)
            case .corrupted: .corruptedPayload(compression: codec.name)
            case .resultTooLarge: .tooLarge
            case .outOfMemory: .outOfMemory
            }
    }

    var message: String {
        switch self {
        case .unreadable: "cannot be read; check the path and its permissions"
        case .tooLarge: "larger than 1 GiB; no kernel is, check the path"
        case .unknownFormat: "not a kernel; give a PVH kernel in ELF form or a Linux bzImage"
        case .truncatedImage: "a bzImage that ends too early; fetch it again"
        case .noPayload: "a bzImage older than boot protocol 2.08; use Linux 2.6.26 or later"
        case .unknownCompression(let head):
            "a bzImage with an unknown compression (first bytes \(Self.hexadecimal(head))); "
                + "build the kernel with gzip, XZ, LZMA, LZ4 or zstd"
        case .truncatedPayload(let compression): "the \(compression) data in it ends too early; fetch the file again"
        case .corruptedPayload(let compression): "the \(compression) data in it is damaged; fetch the file again"
        case .wrongPayloadSize(let expected):
            "the kernel in it does not have the \(expected) bytes that it should; fetch the file again"
        case .outOfMemory: "not enough memory to unpack the kernel in it; free some"
        case .notPVH(let error): "\(error.message) (at offset \(error.offset))"
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
