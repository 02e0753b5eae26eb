// SPDX-License-Identifier: MIT
import DiskImage
import Dispatch
import Foundation

/// Long work on images: it shows progress, and ends without leaving anything when it is interrupted.
enum ImageWork {
    /// Does the work; its errors become those of the command.
    static func run<Value: Sendable>(
        _ options: ProgressOptions, _ body: @Sendable (OperationControl) throws -> Value
    ) async throws -> Value {
        let control = OperationControl()
        let display = ImageProgress(control, options)
        defer { display.end() }
        return try await withTaskCancellationHandler {
            do { return try body(control) } catch DiskImageError.interrupted {
                throw CommandFailure(.interrupted, DiskImageError.interrupted.description)
            } catch let error as DiskImageError {
                throw CommandFailure.input(error.description)
            }
        } onCancel: {
            control.stop()
        }
    }
}

/// Shows how far a long operation is: a bar on a terminal, lines elsewhere.
private final class ImageProgress {
    private let timer: DispatchSourceTimer?
    private let isTerminal: Bool

    init(_ control: OperationControl, _ options: ProgressOptions) {
        let isTerminal = isatty(STDERR_FILENO) == 1
        self.isTerminal = isTerminal
        guard !options.quiet, options.showsProgress || isTerminal else {
            timer = nil
            return
        }
        let source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        // Short work shows nothing; lines come seldom, since they stay.
        let interval: DispatchTimeInterval = isTerminal ? .milliseconds(200) : .seconds(5)
        source.schedule(deadline: .now() + interval, repeating: interval)
        source.setEventHandler { Self.show(control.fraction, isTerminal: isTerminal) }
        source.resume()
        timer = source
    }

    private static func show(_ fraction: Double, isTerminal: Bool) {
        let percent = Int(fraction * 100)
        guard isTerminal else { return Terminal.progress("\(percent) %") }
        let bar = String(repeating: "#", count: percent * 40 / 100)
        let rest = String(repeating: ".", count: 40 - bar.count)
        try? FileHandle.standardError.write(contentsOf: Data("\r[\(bar)\(rest)] \(percent) %".utf8))
    }

    func end() {
        guard let timer else { return }
        timer.cancel()
        if isTerminal { try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8)) }
    }
}
