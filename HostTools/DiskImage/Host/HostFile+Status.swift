// SPDX-License-Identifier: MIT
import Glibc

/// What tells two files from each other, whatever their names.
struct FileIdentity: Hashable {
    var device: UInt64
    var inode: UInt64
}

extension HostFile {
    private func status() throws(DiskImageError) -> stat {
        var status = stat()
        // SAFETY: the structure lives until the call returns.
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .host(file: path, operation: "look at", code: errno)
        }
        return status
    }

    /// Bytes in the file, or on the device.
    func size() throws(DiskImageError) -> UInt64 {
        let end = kind == .regular ? Int64(try status().st_size) : Int64(lseek(descriptor, 0, SEEK_END))
        guard end >= 0 else { throw .host(file: path, operation: "look at", code: errno) }
        return UInt64(end)
    }

    /// Bytes of the file system's blocks that the file occupies.
    func allocatedSize() throws(DiskImageError) -> UInt64 { UInt64(try status().st_blocks) * 512 }

    /// The file's identity.
    func identity() throws(DiskImageError) -> FileIdentity {
        let status = try status()
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Whether the path stands for this file.
    func isFile(at path: String) throws(DiskImageError) -> Bool {
        var other = stat()
        // SAFETY: string and structure live until the call returns.
        guard unsafe stat(path, &other) == 0 else { return false }
        return try identity() == FileIdentity(device: UInt64(other.st_dev), inode: UInt64(other.st_ino))
    }

    /// The permission bits of the file.
    func permissions() throws(DiskImageError) -> UInt32 { UInt32(try status().st_mode) & 0o7777 }
}
