// SPDX-License-Identifier: MIT
import Glibc

/// A file that appears under its name only when all of it is written: until then it has a temporary name beside it.
///
/// A file that is given up, by an error or an interruption, leaves nothing behind.
public final class CompleteFile {
    private let path: String
    private let temporaryPath: String
    private let output: HostOutput
    private let progress: WorkProgress
    private var isFinished = false

    /// Bytes written so far.
    public private(set) var count: Int64 = 0

    /// Opens the temporary file.
    /// - Parameter permissions: the file's, where they are not to be those that the user gives to every new file.
    public init(
        path: String, permissions: UInt32? = nil, progress: WorkProgress = .silent
    ) throws(HostFileError) {
        self.path = path
        self.progress = progress
        temporaryPath = "\(path).\(getpid()).partial"
        // SAFETY: the string is copied to a C string that lives until the call returns.
        let descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw HostFileError(path, .refused("written", errno: errno)) }
        output = HostOutput(descriptor: descriptor, path: path)
        if let permissions { try output.setPermissions(permissions) }
    }

    /// Removes what was not finished.
    deinit {
        // SAFETY: the string is copied to a C string that lives until the call returns.
        if !isFinished { _ = unsafe unlink(temporaryPath) }
    }

    /// Writes the next bytes.
    public func append(_ bytes: ArraySlice<UInt8>) throws(HostFileError) {
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: FileContents.chunkSize) {
            let chunk = bytes[start..<min(start + FileContents.chunkSize, bytes.endIndex)]
            try output.append(chunk)
            count += Int64(chunk.count)
            try progress.advance(by: chunk.count)
        }
    }

    /// Writes the next bytes.
    public func append(_ bytes: [UInt8]) throws(HostFileError) { try append(bytes[...]) }

    /// Writes what a file holds.
    public func append(_ contents: FileContents) throws(HostFileError) {
        try contents.forEachChunk { chunk throws(HostFileError) in try append(chunk) }
    }

    /// Gives the file its name, in place of an older one.
    public func finish() throws(HostFileError) {
        try output.close()
        // SAFETY: both strings are copied to C strings that live until the call returns.
        guard unsafe rename(temporaryPath, path) == 0 else {
            throw HostFileError(path, .refused("written", errno: errno))
        }
        isFinished = true
    }

    /// Writes a whole file.
    public static func write(
        _ bytes: [UInt8], to path: String, permissions: UInt32? = nil
    ) throws(HostFileError) {
        let file = try CompleteFile(path: path, permissions: permissions)
        try file.append(bytes)
        try file.finish()
    }
}
