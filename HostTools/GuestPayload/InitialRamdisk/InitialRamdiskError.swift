// SPDX-License-Identifier: MIT

/// Why something cannot be put into an initial ramdisk.
public struct InitialRamdiskError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The path inside the ramdisk.
    public let path: String

    /// What is wrong with it.
    public let reason: Reason

    /// `path: what is wrong; what to do`.
    public var description: String { "\(path): \(reason.message)" }

    init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// What can be wrong.
    public enum Reason: Equatable, Sendable {
        /// The path is empty or absolute, has an empty part, ".", ".." or a zero byte, or is that of the trailer.
        case wrongPath
        /// The path, or a symbolic link's target, has more than 4095 bytes.
        case tooLong
        /// The path is in the ramdisk already.
        case duplicate
        /// The folder that it lies in has not been added before it. Linux would leave it out without a word.
        case noFolder
        /// A symbolic link's target is empty or has a zero byte.
        case wrongTarget
        /// The permissions have other bits than 0o7777.
        case wrongPermissions
        /// The file, or the ramdisk as a whole, would exceed 1 GiB.
        case tooLarge
        /// The program is no ELF file for x86-64.
        case notExecutable
        /// The program needs a dynamic linker, which is not in the ramdisk.
        case notStatic
        /// The script does not begin with the name of its interpreter.
        case noInterpreter
    }
}

extension InitialRamdiskError.Reason {
    var message: String {
        switch self {
        case .wrongPath: "not a path inside a ramdisk; write it like etc/passwd"
        case .tooLong: "longer than 4095 bytes; shorten it"
        case .duplicate: "added twice; add each path once"
        case .noFolder: "the folder it lies in is not there; add the folder first"
        case .wrongTarget: "the link's target is empty or has a zero byte; name a path"
        case .wrongPermissions: "not permissions; give bits out of 0o7777"
        case .tooLarge: "makes the ramdisk larger than 1 GiB; leave something out"
        case .notExecutable: "not an ELF program for x86-64; install busybox-static"
        case .notStatic: "a program that needs shared libraries; install busybox-static"
        case .noInterpreter: "the script does not begin with #!; add #!/bin/sh as its first line"
        }
    }
}
