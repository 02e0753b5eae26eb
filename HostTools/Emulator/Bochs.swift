// SPDX-License-Identifier: MIT
import Foundation

/// A machine that Bochs is to emulate, and the image that it boots.
///
/// Bochs has both VMX and SVM, and no clock but its own: the same image gives the same run, to the instruction.
public struct Bochs: EmulatedMachine, Equatable {
    /// The program's name, looked up on PATH.
    public static let program = "bochs-bin"

    /// The most processors that a machine can have.
    public static let maximumProcessorCount = 8

    /// What the machine runs before the boot loader.
    public enum Firmware: String, Sendable, CaseIterable {
        /// Bochs' own: it allows VMX in the register FEATURE_CONTROL, and locks that.
        case bochs
        /// SeaBIOS: it leaves FEATURE_CONTROL unlocked and empty.
        case seabios
    }

    /// The path of the image.
    public var image: String
    /// Whether it is a hard disk's; else it is a CD's.
    public var isDisk: Bool
    public var processor: Processor
    public var firmware: Firmware
    /// Memory of the whole machine, in MiB.
    public var memory: Int
    /// How many processors the machine has, 1 to 8.
    public var processorCount: Int
    /// The name of the program to start, or its path.
    public var program: String

    /// A machine; see the properties.
    public init(
        image: String, isDisk: Bool = false, processor: Processor, firmware: Firmware = .bochs, memory: Int = 512,
        processorCount: Int = 1, program: String = Bochs.program
    ) {
        self.image = image
        self.isDisk = isDisk
        self.processor = processor
        self.firmware = firmware
        self.memory = memory
        self.processorCount = processorCount
        self.program = program
    }

    /// The names of the files that a run has in its folder.
    enum File: String {
        case configuration = "bochsrc"
        /// Commands for Bochs' debugger.
        case commands
        case image = "image.iso"
        /// What Bochs and its debugger print.
        case output
        case log

        /// The path of the file in a run's folder.
        func path(in folder: String) -> String { "\(folder)/\(rawValue)" }
    }

    /// Writes configuration and debugger commands into the folder, and links the image there: Bochs leaves its lock files
    /// beside what it opens, and its configuration cannot hold every path.
    public func prepare(in folder: String, timeout: Int) throws(EmulatorError) -> EmulatorRun {
        do {
            try configuration.write(
                toFile: File.configuration.path(in: folder), atomically: false, encoding: .utf8)
            try Self.commands.write(toFile: File.commands.path(in: folder), atomically: false, encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                atPath: File.image.path(in: folder),
                withDestinationPath: URL(fileURLWithPath: image).standardizedFileURL.path)
        } catch {
            throw .failed(program: program, reason: "\(folder): \(error.localizedDescription)")
        }
        // The serial port has descriptor 3, our standard output, for itself; what Bochs says goes to files.
        let script = """
            cd "$0" && command -v "$1" >/dev/null || exit \(Self.missingStatus)
            exec "$1" -q -f \(File.configuration.rawValue) -rc \(File.commands.rawValue) \
            3>&1 >\(File.output.rawValue) 2>&1
            """
        return EmulatorRun(
            program: "/bin/sh", arguments: ["-c", script, folder, program], timeout: timeout,
            isInterruptedFirst: true)
    }

    /// What a shell ends with when there is no such program (POSIX, "Exit Status for Commands").
    static let missingStatus = 127
}
