// SPDX-License-Identifier: MIT

/// What one compressed stream at the front of some data unpacks to.
struct Unpacked {
    var bytes: [UInt8]
    /// How many bytes of the data the stream took.
    var consumed: Int
}
