// SPDX-License-Identifier: MIT
import Glibc

/// A file of the host that is open for writing, and closed with its last user.
final class HostOutput {
    private var descriptor: Int32
    private let path: String

    /// Takes over an open file; `path` is for messages.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// Writes all of the bytes.
    func append(_ bytes: ArraySlice<UInt8>) throws(HostFileError) {
        var written = 0
        while written < bytes.count {
            // SAFETY: the system is given the address and length of what is left, and only reads it.
            let result = unsafe bytes.dropFirst(written).withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress, $0.count)
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw HostFileError(path, .refused("written", errno: errno)) }
            written += result
        }
    }

    /// Skips bytes, which read as zeros and take no room.
    func skip(_ count: Int64) throws(HostFileError) {
        guard lseek(descriptor, Int(count), SEEK_CUR) >= 0 else {
            throw HostFileError(path, .refused("written", errno: errno))
        }
    }

    /// Sets the mode.
    func setPermissions(_ permissions: UInt32) throws(HostFileError) {
        guard fchmod(descriptor, permissions) == 0 else {
            throw HostFileError(path, .refused("given its mode", errno: errno))
        }
    }

    /// Closes it, and hears what the system has to say about what was written.
    func close() throws(HostFileError) {
        let closing = descriptor
        descriptor = -1
        guard Glibc.close(closing) == 0 else { throw HostFileError(path, .refused("written", errno: errno)) }
    }
}
