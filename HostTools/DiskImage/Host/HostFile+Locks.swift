// SPDX-License-Identifier: MIT
import CLinux
import Glibc

/// What users of an image may do to it, as QEMU numbers it. Source: QEMU, `include/block/block-common.h`, BLK_PERM_*.
struct ImagePermissions: OptionSet {
    let rawValue: UInt8

    /// Bit 0: what is read is a consistent state of the disk.
    static let consistentRead = ImagePermissions(rawValue: 1 << 0)
    /// Bit 1: the contents may be changed.
    static let write = ImagePermissions(rawValue: 1 << 1)
    /// Bit 3: the size may be changed.
    static let resize = ImagePermissions(rawValue: 1 << 3)
}

/// The locks by which QEMU and its tools keep each other out, so that ours keep out of their way, and they of ours.
///
/// For each permission that is taken, byte 100 + bit of the file gets a shared lock; for each that nobody else may take,
/// byte 200 + bit. Whoever finds the other kind of lock on a byte that matters to it gives up. The locks belong to the
/// open file description. Source: QEMU, `block/file-posix.c`, raw_check_lock_bytes.
extension HostFile {
    private static let takenBase: Int64 = 100
    private static let excludedBase: Int64 = 200

    /// Locks the image for reading alone, or for writing; nobody else may then write.
    /// - Throws: ``DiskImageError/inUse(file:)`` when another process is in the way.
    func lock(forWriting: Bool) throws(DiskImageError) {
        let taken: ImagePermissions = forWriting ? [.consistentRead, .write, .resize] : [.consistentRead]
        let excluded: ImagePermissions = [.write, .resize]
        for bit in Self.bits(of: taken) { try setShared(Self.takenBase + bit) }
        for bit in Self.bits(of: excluded) { try setShared(Self.excludedBase + bit) }
        for bit in Self.bits(of: taken) { try requireFree(Self.excludedBase + bit) }
        for bit in Self.bits(of: excluded) { try requireFree(Self.takenBase + bit) }
    }

    /// Takes all locks off, whether there are any or not.
    ///
    /// Closing the file is not enough: a process that another thread is starting has a copy of the descriptor until it
    /// executes its program, and the locks would last as long.
    func unlock() {
        var lock = Self.lock(Self.takenBase, Int16(F_UNLCK))
        lock.l_len = off_t(Self.excludedBase - Self.takenBase) + 8
        // SAFETY: the structure lives until the call returns.
        _ = unsafe fcntl(descriptor, LINUX_F_OFD_SETLK, &lock)
    }

    private static func bits(of permissions: ImagePermissions) -> [Int64] {
        (0..<8).filter { permissions.rawValue & 1 << $0 != 0 }
    }

    private func setShared(_ byte: Int64) throws(DiskImageError) {
        var lock = Self.lock(byte, Int16(F_RDLCK))
        // SAFETY: the structure lives until the call returns.
        guard unsafe fcntl(descriptor, LINUX_F_OFD_SETLK, &lock) != 0 else { return }
        if errno == EAGAIN || errno == EACCES { throw .inUse(file: path) }
        // A file system without locks cannot keep anybody out; QEMU goes on there as well.
    }

    private func requireFree(_ byte: Int64) throws(DiskImageError) {
        var lock = Self.lock(byte, Int16(F_WRLCK))
        // SAFETY: the structure lives until the call returns.
        guard unsafe fcntl(descriptor, LINUX_F_OFD_GETLK, &lock) == 0 else { return }
        guard lock.l_type == Int16(F_UNLCK) else { throw .inUse(file: path) }
    }

    private static func lock(_ byte: Int64, _ type: Int16) -> flock {
        var lock = flock()
        lock.l_type = type
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(byte)
        lock.l_len = 1
        return lock
    }
}
