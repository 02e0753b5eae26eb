// SPDX-License-Identifier: MIT

/// Why a run could not be carried out.
public enum EmulatorError: Error, Equatable, CustomStringConvertible {
    /// The emulator is not installed.
    case notFound(program: String)
    /// The run was interrupted, by Ctrl-C or because its reader went away.
    case interrupted
    /// The emulator could not be started or watched.
    case failed(program: String, reason: String)

    /// A message for people: what is wrong and what to do.
    public var description: String {
        switch self {
        case .notFound(let program):
            "\(program) is not installed or not on PATH; run \"make install\" (Debian's package is \(Self.package(of: program)))"
        case .interrupted: "interrupted; the emulator was ended"
        case .failed(let program, let reason): "\(program) could not be run: \(reason)"
        }
    }

    private static func package(of program: String) -> String { program == Bochs.program ? "bochs" : "qemu-system-x86" }
}
