// SPDX-License-Identifier: MIT
import DiskImage
import Dispatch
import Foundation

/// Long work on images: it shows progress, and ends without leaving anything when it is interrupted.
enum ImageWork {
    /// How many threads copy images where nothing else is asked for.
    static var processors: Int { min(16, ProcessInfo.processInfo.activeProcessorCount) }

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
    private let line = ProgressLine()

    init(_ control: OperationControl, _ options: ProgressOptions) {
        guard !options.quiet, options.showsProgress || line.isTerminal else {
            timer = nil
            return
        }
        let source = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        // Short work shows nothing; lines come seldom, since they stay.
        let interval: DispatchTimeInterval = line.isTerminal ? .milliseconds(200) : .seconds(5)
        source.schedule(deadline: .now() + interval, repeating: interval)
        source.setEventHandler { [line] in line.show(control.fraction) }
        source.resume()
        timer = source
    }

    func end() {
        guard let timer else { return }
        timer.cancel()
        line.erase()
    }
}
