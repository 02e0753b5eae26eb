// SPDX-License-Identifier: MIT
import XenInterface

/// A message from xenstore, in memory.
public struct XenstoreAnswer {
    /// What stood before it.
    public let header: XenstoreMessage
    /// Where the rest lies.
    public let place: UInt64

    /// Whether it is of a kind, and the rest these texts, each with a zero at its end.
    public func isA(_ kind: XenstoreMessage.Kind, _ text: XenstorePayload) -> Bool {
        guard header.kind == kind.rawValue, header.length == UInt32(text.count) else { return false }
        for index in 0..<text.count where Memory.load8(place &+ UInt64(index)) != text.byte(index) { return false }
        return true
    }

    /// Whether it tells an error, by its name.
    public func isError(_ name: StaticString) -> Bool { isA(.error, XenstorePayload(name)) }
}
