// SPDX-License-Identifier: MIT
import FileTree

/// Files packed by gzip, which Linux unpacks as an initial ramdisk.
public enum GzipFile {
    /// The bytes packed as small as zlib can, without a name and a time.
    public static func packed(_ bytes: [UInt8], name: String) throws(HostFileError) -> [UInt8] {
        do throws(CodecError) { return try packWithZlib(bytes) } catch {
            throw HostFileError(name, .tooLong(limit: Int(UInt32.max)))
        }
    }
}
