// SPDX-License-Identifier: MIT
import Diagnostics
import Locking
import Synchronization

/// The hypervisor's log on the serial port: every line begins with `(apus) `.
public enum Log {
    /// Lines that matter less than this are not shown.
    // SAFETY: written once, during start-up, when there is one processor and interrupts are off.
    public nonisolated(unsafe) static var level = LogLevel.info

    /// Held while a line is written, so that the lines of several processors do not mix.
    private static let lock = SpinLock(.log)
    /// Set when the hypervisor fails: then the last words are written whoever may hold the lock.
    private static let isFailing = Atomic(false)

    /// From now on the order of locks is checked here: see `SpinLock.checkOrder`.
    public static func checkLockOrder() { lock.checkOrder() }

    /// Writes one line, if its level is shown.
    public static func write(_ level: LogLevel, _ message: Message) {
        guard unsafe level <= Log.level else { return }
        write(message)
    }

    /// A step of the start-up: what was done and what was found.
    public static func info(_ message: Message) { write(.info, message) }

    /// A line that is always shown.
    public static func write(_ message: Message) {
        writeLine("(apus) ", message)
    }

    /// A line of a domain's console.
    public static func writeConsole(domain: UInt16, _ line: Message) {
        writeLine("(d\(domain)) ", line)
    }

    /// From now on lines are written without waiting for the other processors, one of which may never let go of the lock.
    public static func beginFailure() { isFailing.store(true, ordering: .relaxed) }

    private static func writeLine(_ prefix: Message, _ message: Message) {
        let waits = !isFailing.load(ordering: .relaxed)
        if waits { lock.acquire() }
        writeRaw(prefix)
        writeRaw(message)
        SerialPort.write(UInt8(ascii: "\r"))
        SerialPort.write(UInt8(ascii: "\n"))
        if waits { lock.release() }
    }

    private static func writeRaw(_ text: Message) {
        for index in 0..<text.count { SerialPort.write(text.bytes[index]) }
    }
}
