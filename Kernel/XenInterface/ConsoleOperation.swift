// SPDX-License-Identifier: MIT

/// What `console_io` does, in its first argument (`CONSOLEIO_*`, Xen public header `xen.h`).
///
/// The second argument is a count of bytes, the third a pointer to them.
public enum ConsoleOperation: UInt32, CaseIterable, Sendable {
    /// Writes bytes to the hypervisor's console.
    case write = 0
    /// Reads bytes. Answers how many.
    case read = 1
}
