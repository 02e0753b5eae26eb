// SPDX-License-Identifier: MIT
import Glibc

/// A file that appears under its name only when it is complete: until then it has a temporary name beside it.
///
/// Whatever ends the work early leaves nothing: the temporary file goes with the last reference.
final class NewFile {
    /// The name that it will have.
    let path: String
    /// The open file.
    let file: HostFile
    private let temporaryPath: String
    private var isFinished = false
    /// The file that will be replaced, locked so that nobody who uses it loses it.
    private let replaced: HostFile?

    /// Creates the temporary file.
    /// - Throws: when the name stands for something that must not be replaced, or its present bearer is in use.
    init(path: String) throws(DiskImageError) {
        // A symbolic link stays one: the file that it leads to is replaced.
        let path = HostPath.real(path) ?? path
        self.path = path
        replaced = try Self.present(path)
        temporaryPath = "\(path).\(getpid()).partial"
        // What a killed predecessor of the same number has left is of no use to anybody.
        // SAFETY: the string is copied to a C string that lives until the call returns.
        _ = unsafe unlink(temporaryPath)
        file = try HostFile(temporaryPath, .creating)
        try file.lock(forWriting: true)
    }

    deinit {
        // SAFETY: the string is copied to a C string that lives until the call returns.
        if !isFinished { _ = unsafe unlink(temporaryPath) }
    }

    /// The file of that name, locked; nil when there is none.
    private static func present(_ path: String) throws(DiskImageError) -> HostFile? {
        var status = stat()
        // SAFETY: string and structure live until the call returns.
        guard unsafe stat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .refused(file: path, reason: "not a regular file, so it is not replaced; convert -n writes into it")
        }
        // One who may not read the file may still replace it.
        guard let file = try? HostFile(path, .reading) else { return nil }
        try file.lock(forWriting: true)
        return file
    }

    /// Gives the file its name, in place of an older one.
    func finish() throws(DiskImageError) {
        if let permissions = try replaced?.permissions() { _ = fchmod(file.descriptor, mode_t(permissions)) }
        // SAFETY: both strings are copied to C strings that live until the call returns.
        guard unsafe rename(temporaryPath, path) == 0 else {
            throw .host(file: path, operation: "give the finished file its name", code: errno)
        }
        isFinished = true
    }
}
