// SPDX-License-Identifier: MIT
import Diagnostics
import XenInterface

/// A path that a domain has asked for. It is looked at to its end, but no more of it is kept than the longest node's could have.
struct XenstorePath {
    private var text = Message()
    private var last: UInt8 = 0
    private var isWellFormed = true

    /// Adds a byte: a letter, a digit, or one of `-/_@`; no two slashes in a row.
    mutating func append(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "/"): if last == byte { isWellFormed = false }
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"):
            break
        default: isWellFormed = false
        }
        text.append(byte)
        last = byte
    }

    /// Whether it is one of the names for what happens to domains, which begin with `@`, and are for watches.
    var isSpecial: Bool { text.count > 0 && text.bytes[0] == UInt8(ascii: "@") }

    /// Whether it may be the path of a node.
    var isValid: Bool {
        isWellFormed && text.count > 0 && !isSpecial && (last != UInt8(ascii: "/") || text.count == 1)
    }

    /// The way from a domain's own branch of the store on; empty for the branch itself. A path that begins with a slash is absolute,
    /// others begin at the branch.
    ///
    /// - Throws: `.invalidArgument` for what is no path, `.permissionDenied` for what is not in the domain's branch.
    func relative(to domain: DomainIdentifier) throws(XenError) -> Message {
        guard isValid else { throw .invalidArgument }
        guard text.bytes[0] == UInt8(ascii: "/") else { return text }
        let branch: Message = "/local/domain/\(domain.rawValue)"
        guard text.count >= branch.count else { throw .permissionDenied }
        for index in 0..<branch.count where text.bytes[index] != branch.bytes[index] { throw .permissionDenied }
        var rest = Message()
        if text.count > branch.count {
            guard text.bytes[branch.count] == UInt8(ascii: "/") else { throw .permissionDenied }
            for index in (branch.count &+ 1)..<text.count { rest.append(text.bytes[index]) }
        }
        return rest
    }
}
