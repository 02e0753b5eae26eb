// SPDX-License-Identifier: MIT
import Glibc

/// A file of the host that is open for reading at any place.
public final class HostFile: Sendable {
    private let descriptor: Int32
    private let path: String

    /// The length in bytes when it was opened.
    public let size: Int64

    /// Opens a regular file. A pipe or a device is refused without waiting for it.
    public init(reading path: String) throws(HostFileError) {
        // SAFETY: the string is copied to a C string that lives until the call returns.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw HostFileError(path, .refused("opened", errno: errno)) }
        self.descriptor = descriptor
        self.path = path
        var status = stat()
        // SAFETY: the structure lives until the call returns.
        let isKnown = unsafe fstat(descriptor, &status) == 0
        size = Int64(status.st_size)
        guard isKnown, status.st_mode & S_IFMT == S_IFREG else { throw HostFileError(path, .notRegular) }
    }

    deinit { close(descriptor) }

    /// The bytes from an offset on: fewer than `count` only where the file ends.
    public func read(_ count: Int, at offset: Int64) throws(HostFileError) -> [UInt8] {
        var failure: Int32 = 0
        // SAFETY: the system is given the room that is left, and says how much of it it has filled.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(count, 0)) { room, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(room)[filled..<count])
                let result = unsafe pread(descriptor, rest.baseAddress, rest.count, Int(offset) + filled)
                if result < 0, errno == EINTR { continue }
                if result < 0 { failure = errno }
                guard result > 0 else { break }
                filled += result
            }
        }
        guard failure == 0 else { throw HostFileError(path, .refused("read", errno: failure)) }
        return bytes
    }

    /// All bytes of a file that has at most `limit`.
    public static func contents(of path: String, limit: Int) throws(HostFileError) -> [UInt8] {
        let file = try HostFile(reading: path)
        guard file.size <= limit else { throw HostFileError(path, .tooLong(limit: limit)) }
        return try file.read(Int(file.size), at: 0)
    }
}
