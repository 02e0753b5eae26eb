// SPDX-License-Identifier: MIT
import Subprocess

/// A program of the host that does its work and ends.
struct Command {
    /// Looked up on PATH, or a path.
    var program: String
    var arguments: [String]
    /// Where it runs; nil for the current folder.
    var folder: String?

    /// Bytes that are kept of what it prints.
    private static let limit = 1 << 20

    /// Runs it.
    /// - Returns: what it printed on standard output.
    /// - Throws: when it is missing, is interrupted, or fails; with the last lines of what it said.
    @discardableResult
    func run() async throws(XenReferenceError) -> String {
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(.init(program)) : .name(program), arguments: Arguments(arguments),
                workingDirectory: folder.map { .init($0) }, output: .string(limit: Self.limit),
                error: .string(limit: Self.limit))
            guard result.terminationStatus.isSuccess else {
                throw XenReferenceError.command(program, said: Self.lastLines(of: result.standardError))
            }
            return result.standardOutput
        } catch let error as XenReferenceError {
            throw error
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .missingProgram(program)
        } catch {
            throw Task.isCancelled ? .interrupted : .command(program, said: String(describing: error))
        }
    }

    private static func lastLines(of text: String) -> String {
        text.split(separator: "\n").suffix(4).joined(separator: "; ")
    }
}
