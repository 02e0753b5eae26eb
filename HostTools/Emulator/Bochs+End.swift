// SPDX-License-Identifier: MIT
import Foundation

extension Bochs {
    /// Reads the end of a run from what Bochs printed and logged: its exit status is 1 for everything but an end that was
    /// asked for.
    public func end(_ ending: EmulatorRun.Ending, in folder: String) throws(EmulatorError) -> MachineEnd {
        let output = Self.tail(of: File.output.path(in: folder))
        switch ending {
        case .exited(Self.missingStatus): throw .notFound(program: program)
        case .signalled(let signal):
            // Now and then Bochs crashes while it shuts down; the kernel has said how the run ended before that.
            return Self.shutdownCode(in: output).map(MachineEnd.shutDown)
                ?? .emulatorFailed("it was ended by signal \(signal)")
        case .timedOut(let seconds): return .timedOut(seconds: seconds, ProcessorState(debuggerOutput: output))
        case .exited(let status):
            let log = Self.tail(of: File.log.path(in: folder))
            return Self.end(status: status, panic: Self.panic(in: log + output), output: output, log: log)
        }
    }

    /// - Parameter panic: Bochs' word for a message that ends it, a shutdown included.
    private static func end(status: Int, panic: String?, output: [UInt8], log: [UInt8]) -> MachineEnd {
        if panic == "Shutdown port: shutdown requested" {
            return shutdownCode(in: output).map(MachineEnd.shutDown)
                ?? .emulatorFailed("it was shut down, but port 0xE9 got no code; does the kernel fit this program?")
        }
        if let panic, panic.contains("exception with no resolution") { return .reset(ProcessorState(log: log)) }
        return .emulatorFailed(panic ?? "it ended with status \(status) and without a reason")
    }

    /// The code that the kernel wrote to port 0xE9: the last of such bytes, as all else that Bochs prints is text.
    private static func shutdownCode(in output: [UInt8]) -> ShutdownCode? {
        output.lazy.reversed().compactMap(ShutdownCode.init).first
    }

    /// The message that ended Bochs, without what stands before it.
    private static func panic(in text: [UInt8]) -> String? {
        let marker = ">>PANIC<< "
        for line in text.split(separator: UInt8(ascii: "\n")).reversed() {
            let line = TerminalText.plain(Array(line))
            if let range = line.range(of: marker) { return String(line[range.upperBound...]) }
        }
        return nil
    }

    /// The end of a file, in which the reason for an end stands: a guest can make Bochs log without end.
    private static func tail(of path: String) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? file.close() }
        guard let size = try? file.seekToEnd() else { return [] }
        try? file.seek(toOffset: size - min(size, 65_536))
        return [UInt8]((try? file.readToEnd()) ?? Data())
    }
}
