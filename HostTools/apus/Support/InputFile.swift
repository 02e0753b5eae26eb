// SPDX-License-Identifier: MIT
import Foundation

/// Reading what the user names, and writing what the user asks for.
enum InputFile {
    /// The longest file that is read whole: no kernel or ramdisk comes near it.
    static let maximumSize = 1 << 30

    /// All bytes of a regular file.
    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        do {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
                throw CommandFailure.input(
                    "\(path): " + (isFolder ? "a folder, where a file is wanted" : "not a regular file"))
            }
            guard let size = attributes[.size] as? Int, size <= maximumSize else {
                throw CommandFailure.input("\(path): larger than 1 GiB; this is no kernel, ramdisk or configuration")
            }
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .input("\(path): cannot be read: \(error.localizedDescription)")
        }
    }

    /// Writes a result; the file appears under its name only when it is complete.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        do { try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw .input("\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
