// SPDX-License-Identifier: MIT
import Foundation

/// Why a file or folder of the host cannot be used.
public struct HostFileError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The path, as the user named it.
    public let path: String

    /// What is wrong with it.
    public let reason: Reason

    /// An error about a path.
    public init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// What can be wrong.
    public enum Reason: Equatable, Sendable {
        /// The system refused to do this; the number is that of `errno`.
        case refused(_ doing: String, errno: Int32)
        /// It is not a regular file.
        case notRegular
        /// It is not a folder.
        case notFolder
        /// It is there already.
        case exists
        /// A file has another length, in bytes, than when it was first looked at.
        case changed(was: Int64, now: Int64)
        /// Its name is no UTF-8 text, which the tools cannot hand on.
        case nameNotText
        /// It has more bytes than anybody needs.
        case tooLong(limit: Int)
        /// A folder holds more files than are taken.
        case tooMany(limit: Int)
        /// Symbolic links lead in a circle.
        case linkCircle
        /// The user, or a signal, ended the work.
        case interrupted
    }

    /// `path: what is wrong; what to do`.
    public var description: String { "\(path): \(message)" }

    private var message: String {
        switch reason {
        // SAFETY: the system's text lives as long as the process.
        case .refused(let doing, let number): "cannot be \(doing): \(unsafe String(cString: strerror(number)))"
        case .notRegular: "not a regular file; name one"
        case .notFolder: "not a folder; name one"
        case .exists: "is there already and not empty; name another place, or remove it first"
        case .changed(let was, let now):
            "had \(was) bytes and now has \(now); run again when nothing writes to it"
        case .nameNotText: "the name is not UTF-8 text; rename it"
        case .tooLong(let limit): "has more than \(limit) bytes; check the path"
        case .tooMany(let limit): "holds more than \(limit) files; take a part of it"
        case .linkCircle: "symbolic links lead in a circle; correct them"
        case .interrupted: "interrupted"
        }
    }
}
