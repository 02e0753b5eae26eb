// SPDX-License-Identifier: MIT
import Glibc

/// An open file of the host, read and written at given positions. Any number of threads may use it.
///
/// This file and its neighbours hold every system call of the library.
public final class HostFile: Sendable {
    /// How a file is opened.
    enum Mode {
        case reading, writing
        /// A new file; it is an error when the name is taken.
        case creating
    }

    /// The name that it was opened by.
    public let path: String
    let descriptor: Int32
    let canWrite: Bool
    let kind: Kind

    /// What a name stands for.
    enum Kind { case regular, blockDevice }

    /// Opens a regular file or a block device; nothing else can hold an image.
    init(_ path: String, _ mode: Mode) throws(DiskImageError) {
        let flags =
            switch mode {
            // Opening a pipe for reading would otherwise wait for somebody to write.
            case .reading: O_RDONLY | O_NONBLOCK
            case .writing: O_RDWR | O_NONBLOCK
            case .creating: O_RDWR | O_CREAT | O_EXCL
            }
        // SAFETY: the string is copied to a C string that lives until the call returns.
        let descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOCTTY, 0o666)
        guard descriptor >= 0 else { throw .host(file: path, operation: "open", code: errno) }
        guard let kind = Self.kind(of: descriptor) else {
            close(descriptor)
            throw .refused(file: path, reason: "neither a regular file nor a block device, so it cannot hold a disk")
        }
        self.path = path
        self.descriptor = descriptor
        self.kind = kind
        canWrite = mode != .reading
    }

    deinit {
        unlock()
        close(descriptor)
    }

    private static func kind(of descriptor: Int32) -> Kind? {
        var status = stat()
        // SAFETY: the structure lives until the call returns.
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular
        case S_IFBLK: return .blockDevice
        default: return nil
        }
    }

    /// Reads into `range` of the buffer. What lies past the end of the file reads as zeros.
    func read(into buffer: inout [UInt8], _ range: Range<Int>, at offset: HostOffset) throws(DiskImageError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count)
        var done = 0
        while done < range.count {
            guard let position = Int(exactly: offset.bytes + UInt64(done)) else { break }
            let (start, rest) = (range.lowerBound + done, range.count - done)
            // SAFETY: `start` and `rest` lie within the range, which lies within the buffer.
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe pread(descriptor, bytes.baseAddress.map { unsafe $0 + start }, rest, position)
            }
            if count == 0 { break }
            if count > 0 { done += count } else { try retry("read") }
        }
        buffer.fill(range.lowerBound + done..<range.upperBound, with: 0)
    }

    /// The `count` bytes at `offset`.
    func read(_ count: Int, at offset: HostOffset) throws(DiskImageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try read(into: &bytes, 0..<count, at: offset)
        return bytes
    }

    /// Writes all of the bytes.
    func write(_ bytes: ArraySlice<UInt8>, at offset: HostOffset) throws(DiskImageError) {
        var done = 0
        while done < bytes.count {
            guard let position = Int(exactly: offset.bytes + UInt64(done)) else {
                throw .host(file: path, operation: "write", code: EFBIG)
            }
            let rest = bytes.count - done
            // SAFETY: `done` and `rest` lie within the slice.
            let count = unsafe bytes.withUnsafeBytes { raw in
                unsafe pwrite(descriptor, raw.baseAddress.map { unsafe $0 + done }, rest, position)
            }
            if count > 0 { done += count } else { try retry("write") }
        }
    }

    /// Writes all of the bytes.
    func write(_ bytes: [UInt8], at offset: HostOffset) throws(DiskImageError) { try write(bytes[...], at: offset) }

    /// Waits until what was written is on the disk: what is written later cannot get there before it.
    func synchronize() throws(DiskImageError) {
        while fdatasync(descriptor) != 0 { try retry("write to the disk") }
    }

    /// Returns when a call that failed is to be made again.
    func retry(_ operation: String) throws(DiskImageError) {
        guard errno == EINTR else { throw .host(file: path, operation: operation, code: errno) }
    }
}

/// What the system says about an error number.
func systemMessage(_ code: Int32) -> String {
    // SAFETY: the C library returns a string that stays valid until this thread asks again; it is copied at once.
    unsafe String(cString: strerror(code))
}
