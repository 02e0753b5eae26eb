// SPDX-License-Identifier: MIT
import Glibc

/// Names of files, as far as backing files need them.
enum HostPath {
    /// The folder part of a path: what stands before the last slash, `.` when there is none.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A name as it is seen from the folder of the image at `path`.
    static func resolve(_ name: String, besides path: String) -> String {
        if name.hasPrefix("/") { return name }
        let folder = folder(of: path)
        return folder == "." && !path.hasPrefix("./") ? name : "\(folder)/\(name)"
    }

    /// The path without symbolic links; nil when nothing is there.
    static func real(_ path: String) -> String? {
        // SAFETY: the C library allocates the result, which is copied and freed here.
        guard let resolved = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// Whether the two files lie in the same folder, once symbolic links are followed.
    static func areInSameFolder(_ first: String, _ second: String) -> Bool {
        guard let first = real(first), let second = real(second) else { return false }
        return folder(of: first) == folder(of: second)
    }

    /// The part of a name behind its last dot, in lower case; nil when there is none.
    static func suffix(of path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        return name[name.index(after: dot)...].lowercased()
    }
}
