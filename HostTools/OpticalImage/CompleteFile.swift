// SPDX-License-Identifier: MIT
import Foundation

/// A file that appears under its name only when all of it is written: until then it has a temporary name beside it.
final class CompleteFile {
    private let path: String
    private let temporaryPath: String
    private let handle: FileHandle

    /// Opens the temporary file.
    init(path: String) throws(OpticalImageError) {
        self.path = path
        temporaryPath = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
        guard FileManager.default.createFile(atPath: temporaryPath, contents: nil),
            let handle = FileHandle(forWritingAtPath: temporaryPath)
        else { throw .unwritable(path: path, reason: "its folder is missing or not writable") }
        self.handle = handle
    }

    /// Writes the next bytes.
    func append(_ bytes: [UInt8]) throws(OpticalImageError) {
        do { try handle.write(contentsOf: Data(bytes)) } catch {
            throw .unwritable(path: path, reason: error.localizedDescription)
        }
    }

    /// Writes the next bytes, and zeros to the end of the sector.
    func appendSectors(_ bytes: [UInt8]) throws(OpticalImageError) {
        var padded = SectorBytes()
        padded.append(bytes)
        padded.padToSector()
        try append(padded.bytes)
    }

    /// Gives the file its name, in place of an older one.
    func finish() throws(OpticalImageError) {
        do { try handle.close() } catch { throw .unwritable(path: path, reason: error.localizedDescription) }
        // Foundation's moveItem refuses to replace a file; the system call does it in one step.
        // SAFETY: both strings are copied to C strings that live until the call returns.
        guard unsafe rename(temporaryPath, path) == 0 else {
            throw .unwritable(path: path, reason: "it cannot take its name (error \(errno)); is it a folder?")
        }
    }

    /// Leaves nothing behind.
    func discard() {
        try? handle.close()
        try? FileManager.default.removeItem(atPath: temporaryPath)
    }
}
