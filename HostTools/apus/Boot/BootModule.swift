// SPDX-License-Identifier: MIT
import FileTree

/// A file that the boot loader puts beside the hypervisor.
struct BootModule {
    /// Its name in the boot folder of an ISO: lower-case letters, digits, no dots.
    var name: String
    var contents: FileContents
    /// Its length in bytes.
    var size: Int
}
