// SPDX-License-Identifier: MIT

/// Cuts a stream of bytes into lines.
struct LineAssembler {
    /// A line that grows longer than this is cut, so that a guest cannot fill the host's memory.
    static let maximumLength = 16_384

    private var pending: [UInt8] = []

    /// Takes the next bytes and hands over the lines that they complete, without their line ends.
    mutating func consume(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(take())
            } else {
                pending.append(byte)
                if pending.count == Self.maximumLength { lines.append(take()) }
            }
        }
        return lines
    }

    /// What is left when the stream has ended without a line end.
    mutating func finish() -> [UInt8]? { pending.isEmpty ? nil : take() }

    private mutating func take() -> [UInt8] {
        while pending.last == UInt8(ascii: "\r") { pending.removeLast() }
        defer { pending.removeAll(keepingCapacity: true) }
        return pending
    }
}
