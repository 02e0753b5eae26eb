// SPDX-License-Identifier: MIT
import Diagnostics
import XenInterface

/// What a domain finds of itself in the store, below `/local/domain/N`: what Xen's tools write there, of that what is known here.
struct XenstoreBranch {
    /// The domain's number.
    let identifier: DomainIdentifier
    /// Its name.
    let name: Message
    /// The bytes of its UUID.
    let handle: InlineArray<16, UInt8>
    /// The most memory that it may have, in KiB.
    let memorySize: UInt64
    /// How many virtual CPUs it has.
    let vcpuCount: Int

    /// How many nodes there are that have no others below them.
    var leafCount: Int { Self.vcpuStart &+ vcpuCount }
    /// The leaves from here on are those of the virtual CPUs.
    private static var vcpuStart: Int { 8 }

    /// What a leaf holds.
    private enum Value {
        case virtualMachine
        case name
        case number(UInt64)
        case text(StaticString)
    }

    /// A leaf's path and value; for a virtual CPU's the path behind its number. Those with the same beginning follow each other.
    private func leaf(_ index: Int) -> (path: StaticString, value: Value) {
        switch index {
        case 0: ("vm", .virtualMachine)
        case 1: ("name", .name)
        case 2: ("domid", .number(UInt64(identifier.rawValue)))
        case 3: ("memory/static-max", .number(memorySize))
        case 4: ("memory/target", .number(memorySize))
        case 5: ("device", .text(""))
        case 6: ("control/shutdown", .text(""))
        case 7: ("control/platform-feature-xs_reset_watches", .text("1"))
        default: ("availability", .text("online"))
        }
    }

    private func path(ofLeaf index: Int) -> Message {
        let path = leaf(index).path
        return index < Self.vcpuStart ? "\(path)" : "cpu/\(index &- Self.vcpuStart)/\(path)"
    }

    /// The value of a leaf.
    func value(ofLeaf index: Int) -> Message {
        switch leaf(index).value {
        case .virtualMachine: virtualMachine
        case .name: name
        case .number(let number): "\(number)"
        case .text(let text): "\(text)"
        }
    }

    /// The path of what the tools know of the domain beyond its present life.
    private var virtualMachine: Message {
        var path: Message = "/vm/"
        for index in handle.indices {
            if index == 4 || index == 6 || index == 8 || index == 10 { path.append(UInt8(ascii: "-")) }
            path.append(UInt64(handle[index]), base: 16, digits: 2)
        }
        return path
    }

    /// The leaf at a path; nil where there is none.
    func leaf(at path: Message) -> Int? {
        (0..<leafCount).first { self.path(ofLeaf: $0).isEqual(to: path) }
    }

    /// Whether there is a node at a path: a leaf, or something above one.
    func hasNode(at path: Message) -> Bool {
        path.count == 0 || (0..<leafCount).contains { self.path(ofLeaf: $0).isAtOrBelow(path) }
    }

    /// The name of the next node right below a path; nil when there are no more.
    ///
    /// - Parameter leaf: where to go on; 0 for the first name.
    func nextChild(of path: Message, from leaf: inout Int) -> Message? {
        while leaf < leafCount {
            let child = self.path(ofLeaf: leaf).component(below: path)
            let last = leaf == 0 ? nil : self.path(ofLeaf: leaf &- 1).component(below: path)
            leaf &+= 1
            guard let child else { continue }
            if let last, child.isEqual(to: last) { continue }
            return child
        }
        return nil
    }
}

/// Messages as paths.
extension Message {
    fileprivate func isEqual(to other: Message) -> Bool { count == other.count && hasPrefix(other) }

    private func hasPrefix(_ prefix: Message) -> Bool {
        guard prefix.count <= count else { return false }
        for index in 0..<prefix.count where bytes[index] != prefix.bytes[index] { return false }
        return true
    }

    /// Whether it leads to the same node as another, or to one below it.
    fileprivate func isAtOrBelow(_ path: Message) -> Bool {
        hasPrefix(path) && (count == path.count || bytes[path.count] == UInt8(ascii: "/"))
    }

    /// What it has behind another path, up to the next slash; nil where it does not lead below that.
    fileprivate func component(below path: Message) -> Message? {
        guard path.count == 0 || isAtOrBelow(path), count > path.count else { return nil }
        var component = Message()
        var index = path.count == 0 ? 0 : path.count &+ 1
        while index < count, bytes[index] != UInt8(ascii: "/") {
            component.append(bytes[index])
            index &+= 1
        }
        return component
    }
}
