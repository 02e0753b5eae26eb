// SPDX-License-Identifier: MIT
import XenInterface

/// What follows the header of a request to xenstore: at most 512 bytes.
public struct XenstorePayload {
    private var bytes = InlineArray<512, UInt8>(repeating: 0)
    /// How many bytes there are.
    public private(set) var count = 0

    /// No bytes.
    public init() {}

    /// A text and the zero at its end.
    public init(_ text: StaticString) { append(text) }

    /// One of the bytes.
    public func byte(_ index: Int) -> UInt8 { bytes[index] }

    /// Adds a text and the zero at its end.
    public mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { buffer in
            // SAFETY: the index is one of the buffer's own, and a static string's bytes live for ever.
            for index in buffer.indices { unsafe append(byte: buffer[index]) }
        }
        append(byte: 0)
    }

    /// Adds a byte, if there is room.
    public mutating func append(byte: UInt8) {
        guard count < bytes.count else { return }
        bytes[count] = byte
        count += 1
    }

    /// A text that lies in memory and ends with a zero.
    public init(textAt address: UInt64) { self = XenstorePayload("").child(namedAt: address) }

    /// The path of a child: its name lies in memory and ends with a zero.
    public func child(namedAt address: UInt64) -> XenstorePayload {
        var path = self
        path.count -= 1
        if path.count > 0 { path.append(byte: UInt8(ascii: "/")) }
        var place = address
        while case let byte = Memory.load8(place), byte != 0 {
            path.append(byte: byte)
            place &+= 1
        }
        path.append(byte: 0)
        return path
    }
}
