// SPDX-License-Identifier: MIT
import CLinux
import Glibc

private let keepSize = FALLOC_FL_KEEP_SIZE

extension HostFile {
    /// The stretch from `offset` on that is all data or all hole, at most `limit` bytes long.
    ///
    /// A file system that knows no holes reports data. `offset` lies within the file.
    func extent(at offset: HostOffset, limit: UInt64) -> (isData: Bool, count: UInt64) {
        guard let start = Int64(exactly: offset.bytes) else { return (true, limit) }
        let data = lseek(descriptor, off_t(start), LINUX_SEEK_DATA)
        // ENXIO: nothing but a hole up to the end of the file.
        if data < 0 { return errno == ENXIO ? (false, limit) : (true, limit) }
        if data > start { return (false, min(limit, UInt64(data - Int(start)))) }
        let hole = lseek(descriptor, off_t(start), LINUX_SEEK_HOLE)
        return (true, hole > start ? min(limit, UInt64(hole - Int(start))) : limit)
    }

    /// Gives the file this size.
    func truncate(to size: UInt64) throws(DiskImageError) {
        guard let length = Int64(exactly: size) else {
            throw .host(file: path, operation: "resize", code: EFBIG)
        }
        while ftruncate(descriptor, off_t(length)) != 0 { try retry("resize") }
    }

    /// Has the file system set aside blocks for a range; the file grows when the range ends past its end.
    func allocate(at offset: HostOffset, count: UInt64) throws(DiskImageError) {
        guard count > 0 else { return }
        // A file system without the call gets zeros written by the C library.
        var code: Int32
        repeat { code = posix_fallocate(descriptor, off_t(offset.bytes), off_t(count)) } while code == EINTR
        guard code == 0 else { throw .host(file: path, operation: "set aside room", code: code) }
    }

    /// Gives the blocks of a range back, which reads as zeros from then on. False when the file system cannot.
    func punchHole(at offset: HostOffset, count: UInt64) -> Bool {
        fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | keepSize, off_t(offset.bytes), off_t(count)) == 0
    }

    /// Makes a range of the file read as zeros; its blocks stay where the file system can do that.
    func writeZeros(at offset: HostOffset, count: UInt64) throws(DiskImageError) {
        if fallocate(descriptor, FALLOC_FL_ZERO_RANGE | keepSize, off_t(offset.bytes), off_t(count)) == 0 { return }
        if punchHole(at: offset, count: count) { return }
        let zeros = [UInt8](repeating: 0, count: Int(min(count, 1 << 20)))
        var done: UInt64 = 0
        while done < count {
            let next = min(UInt64(zeros.count), count - done)
            try write(zeros[..<Int(next)], at: offset + done)
            done += next
        }
    }
}
