// SPDX-License-Identifier: MIT
import FileTree

/// Why a machine's identity cannot be read or written.
public struct MachineIDError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The path, as the user named it.
    public let path: String
    /// What is wrong.
    public let reason: Reason

    init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// What can be wrong.
    public enum Reason: Error, Equatable, Sendable {
        /// There is no such file.
        case missing
        /// The file has so many characters instead of 32.
        case wrongLength(Int)
        /// The 32 characters are not hexadecimal digits.
        case notHexadecimal
        /// The two files of a root folder say different things.
        case different(MachineID, MachineID)
        /// The file cannot be read or written.
        case host(HostFileError)
        /// The initial ramdisk cannot be read.
        case ramdisk(String)
    }

    /// `path: what is wrong; what to do`.
    public var description: String {
        switch reason {
        case .missing: "\(path): there is no machine identity; \"apus machine-id ensure\" makes one"
        case .wrongLength(let length):
            "\(path): holds \(length) characters instead of 32 hexadecimal digits; \"apus machine-id new\" replaces it"
        case .notHexadecimal: "\(path): is not hexadecimal; \"apus machine-id new\" replaces it"
        case .different(let one, let other):
            "\(path): etc/machine-id is \(one), var/lib/dbus/machine-id is \(other); \"apus machine-id new\" makes both one"
        case .host(let error): error.description
        case .ramdisk(let message): message
        }
    }
}
