// SPDX-License-Identifier: MIT
import Foundation

/// A folder for the files of one run, removed with its last user.
final class TemporaryFolder {
    let path: String

    init() throws(CommandFailure) {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID().uuidString)").path
        do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) } catch {
            throw .input("\(path): cannot be made: \(error.localizedDescription)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    func file(_ name: String) -> String { "\(path)/\(name)" }
}
