// SPDX-License-Identifier: MIT
import Emulator

/// Why the real Xen cannot be had or run here.
public enum XenReferenceError: Error, Equatable, CustomStringConvertible {
    /// A program that fetches or unpacks packages is not there: this is no Debian.
    case missingProgram(String)
    /// The package lists do not hold what is needed.
    case unknownPackages(String)
    /// The packages could not be fetched or unpacked; with what the program said.
    case command(String, said: String)
    /// The unpacked packages lack something, or hold what cannot be read.
    case damaged(path: String, reason: String)
    /// The emulator could not run it.
    case emulator(EmulatorError)
    /// It was interrupted.
    case interrupted

    /// A message for people: what is wrong and what to do.
    public var description: String {
        switch self {
        case .missingProgram(let program):
            "\(program) is not there: Xen is taken from Debian's packages, which needs Debian 12"
        case .unknownPackages(let names):
            "apt does not know \(names): run \"sudo apt-get update\", on Debian 12 with its security updates"
        case .command(let command, let said):
            "\(command) failed; check the network and run \"sudo apt-get update\". It said: \(said)"
        case .damaged(let path, let reason):
            "\(path): \(reason); remove \(XenPackages.folderName) in .build to fetch Xen again"
        case .emulator(let error): error.description
        case .interrupted: "interrupted"
        }
    }
}
