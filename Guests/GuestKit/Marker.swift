// SPDX-License-Identifier: MIT

/// What the victim of the isolation test writes to its memory, and what the other domain looks for.
public enum Marker {
    /// Two words. An image that holds them holds them in its code, never side by side at the start of a page.
    public static var words: (UInt64, UInt64) {
        let first = (0x9E37_79B9_7F4A_7C15 as UInt64) &* 0x2545_F491_4F6C_DD1D
        return (first, ~first &* 3)
    }

    /// Writes the marker at `address`.
    public static func write(at address: UInt64) {
        Memory.store64(words.0, at: address)
        Memory.store64(words.1, at: address &+ 8)
    }

    /// Whether the marker is at `address`.
    public static func isPresent(at address: UInt64) -> Bool {
        Memory.load64(address) == words.0 && Memory.load64(address &+ 8) == words.1
    }
}
