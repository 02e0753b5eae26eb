// SPDX-License-Identifier: MIT
import Diagnostics

/// The hypervisor's log on the serial port: every line begins with `(apus) `.
public enum Log {
    /// Lines that matter less than this are not shown.
    // SAFETY: written once, during start-up, when there is one processor and interrupts are off.
    public nonisolated(unsafe) static var level = LogLevel.info

    /// Writes one line, if its level is shown.
    public static func write(_ level: LogLevel, _ message: Message) {
        guard unsafe level <= Log.level else { return }
        write(message)
    }

    /// A step of the start-up: what was done and what was found.
    public static func info(_ message: Message) { write(.info, message) }

    /// A line that is always shown.
    public static func write(_ message: Message) {
        let prefix: Message = "(apus) "
        writeRaw(prefix)
        writeRaw(message)
        endLine()
    }

    /// Writes text as it is, without a prefix and a line end.
    public static func writeRaw(_ text: Message) {
        for index in 0..<text.count { SerialPort.write(text.bytes[index]) }
    }

    /// Ends a line.
    public static func endLine() {
        SerialPort.write(UInt8(ascii: "\r"))
        SerialPort.write(UInt8(ascii: "\n"))
    }
}
