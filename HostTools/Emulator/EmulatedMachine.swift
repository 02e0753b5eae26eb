// SPDX-License-Identifier: MIT

/// A machine that an emulator can run: what ``QEMU`` and ``Bochs`` have in common.
public protocol EmulatedMachine: Sendable {
    /// Makes a run ready.
    /// - Parameters:
    ///   - folder: a folder that belongs to this run alone, for files that the emulator needs or writes.
    ///   - timeout: seconds until the run is ended.
    func prepare(in folder: String, timeout: Int) throws(EmulatorError) -> EmulatorRun

    /// What the end of the emulator's process, and the files that it left in its folder, say about the machine's end.
    func end(_ ending: EmulatorRun.Ending, in folder: String) throws(EmulatorError) -> MachineEnd
}

extension EmulatedMachine {
    /// Runs the machine, hands over its console line by line as it comes, and tells how it ended.
    ///
    /// No process is left when this returns. The folder's files stay until the caller removes them.
    public func run(
        in folder: String, timeout: Int, onLine: ([UInt8]) async throws -> Void
    ) async throws(EmulatorError) -> MachineEnd {
        let run = try prepare(in: folder, timeout: timeout)
        return try end(try await run.run(onLine: onLine), in: folder)
    }
}
