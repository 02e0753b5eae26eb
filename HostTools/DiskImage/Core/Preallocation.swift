// SPDX-License-Identifier: MIT

/// How much of a new disk's room is set aside at once.
public enum Preallocation: String, CaseIterable, Sendable {
    /// None.
    case off
    /// All tables of the image; the file is sparse where the data will be.
    case metadata
    /// The tables, and the file system's blocks.
    case falloc
    /// The tables, and zeros written to every block.
    case full
}
