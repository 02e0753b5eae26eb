// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What a fuzzing guest is to do: `seed=N calls=N vcpus=N own=N peer=N` on its command line.
struct Plan: BitwiseCopyable {
    /// What all its calls follow from.
    let seed: UInt64
    /// How many calls it is to make.
    let calls: UInt64
    /// How many vCPUs it has.
    let vcpuCount: UInt64
    /// Its own number as a domain.
    let own: UInt64
    /// The number of the domain with which it shares memory and events: another one, or itself.
    let peer: UInt64

    init(_ guest: borrowing Guest) {
        let line = guest.startInfo.commandLine
        func number(_ name: StaticString, or other: UInt64) -> UInt64 { Plan.number(name, in: line) ?? other }
        seed = number("seed=", or: 1)
        calls = number("calls=", or: 10_000)
        vcpuCount = min(max(number("vcpus=", or: 1), 1), 8)
        own = number("own=", or: 1)
        peer = number("peer=", or: own)
    }

    /// The number behind a name on the command line.
    private static func number(_ name: StaticString, in line: UInt64) -> UInt64? {
        guard line != 0 else { return nil }
        var place = line
        while Memory.load8(place) != 0 {
            if let end = end(of: name, at: place) { return decimal(at: end) }
            place &+= 1
        }
        return nil
    }

    private static func end(of name: StaticString, at place: UInt64) -> UInt64? {
        let isThere = name.withUTF8Buffer { letters in
            for index in letters.indices {
                // SAFETY: the index is one of the buffer's own, and a static string's bytes live for ever.
                guard unsafe letters[index] == Memory.load8(place &+ UInt64(index)) else { return false }
            }
            return true
        }
        return isThere ? place &+ UInt64(name.utf8CodeUnitCount) : nil
    }

    private static func decimal(at start: UInt64) -> UInt64 {
        var (place, value) = (start, 0 as UInt64)
        while case let digit = Memory.load8(place) &- UInt8(ascii: "0"), digit < 10 {
            value = value &* 10 &+ UInt64(digit)
            place &+= 1
        }
        return value
    }
}
