// SPDX-License-Identifier: MIT
import CPU
import XenInterface

/// Where a guest's output goes, line by line.
///
/// `console_io` is tried first. A hypervisor that refuses it to ordinary domains, as a release build of Xen does, gets
/// the line through port 0xE9, which it logs, and through the paravirtual console ring if there is one. With `ring=1` on its command
/// line a guest uses the ring alone.
public struct Console {
    private let hypercalls: Hypercalls
    private let ring: ConsoleRing?
    private let isRingOnly: Bool
    private var line: InlineArray<200, UInt8> = InlineArray(repeating: 0)
    private var length = 0

    /// Finds out what there is to write to.
    init(_ hypercalls: Hypercalls, isRingOnly: Bool = false) {
        self.hypercalls = hypercalls
        self.isRingOnly = isRingOnly
        ring = ConsoleRing(hypercalls)
    }

    /// Writes one line of plain text.
    public mutating func writeLine(_ text: StaticString) {
        write(text)
        endLine()
    }

    /// Adds text to the line.
    public mutating func write(_ text: StaticString) {
        text.withUTF8Buffer { bytes in
            for index in bytes.indices {
                // SAFETY: the index is one of the buffer's own, and a static string's bytes live for ever.
                write(byte: unsafe bytes[index])
            }
        }
    }

    /// Adds one byte to the line; a line that is full is written first.
    public mutating func write(byte: UInt8) {
        if length == line.count - 1 { endLine() }
        line[length] = byte
        length += 1
    }

    /// Ends the line and writes it.
    public mutating func endLine() {
        line[length] = UInt8(ascii: "\n")
        length += 1
        if isRingOnly {
            writeToRing()
        } else if !writeByHypercall() {
            for index in 0..<length { cpu_out8(0xE9, line[index]) }
            writeToRing()
        }
        length = 0
    }

    /// Whether the hypervisor has taken the line.
    private mutating func writeByHypercall() -> Bool {
        let count = UInt64(length)
        let hypercalls = hypercalls
        return Memory.withAddress(of: &line) {
            hypercalls.call(.consoleIO, UInt64(ConsoleOperation.write.rawValue), count, $0)
        } == 0
    }

    private func writeToRing() {
        guard let ring else { return }
        for index in 0..<length { ring.write(line[index], hypercalls) }
    }
}
