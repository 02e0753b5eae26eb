// SPDX-License-Identifier: MIT
import Diagnostics
import XenInterface

/// A path that a domain has asked for, as one below its own branch of the store.
struct XenstorePath {
    /// The way from the domain's branch on; empty for the branch itself. One that is longer than any node's is cut off.
    let relative: Message

    /// Checks a path. One that begins with a slash is absolute, others begin at the domain's branch.
    ///
    /// - Throws: `.invalidArgument` for what is no path, `.permissionDenied` for what is not in the domain's branch.
    init(_ text: Message, of domain: DomainIdentifier) throws(XenError) {
        guard XenstorePath.isValid(text) else { throw .invalidArgument }
        guard text.bytes[0] == UInt8(ascii: "/") else {
            relative = text
            return
        }
        let branch: Message = "/local/domain/\(domain.rawValue)"
        guard text.count >= branch.count else { throw .permissionDenied }
        for index in 0..<branch.count where text.bytes[index] != branch.bytes[index] { throw .permissionDenied }
        var rest = Message()
        if text.count > branch.count {
            guard text.bytes[branch.count] == UInt8(ascii: "/") else { throw .permissionDenied }
            for index in (branch.count &+ 1)..<text.count { rest.append(text.bytes[index]) }
        }
        relative = rest
    }

    /// Whether a text is a path: letters, digits and `-/_@`, no two slashes in a row, none at the end, and not one of the names
    /// for what happens to domains, which begin with `@`.
    private static func isValid(_ text: Message) -> Bool {
        guard text.count > 0, text.bytes[0] != UInt8(ascii: "@") else { return false }
        var last: UInt8 = 0
        for index in 0..<text.count {
            let byte = text.bytes[index]
            switch byte {
            case UInt8(ascii: "/"): if last == byte { return false }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"):
                break
            default: return false
            }
            last = byte
        }
        return last != UInt8(ascii: "/") || text.count == 1
    }
}
