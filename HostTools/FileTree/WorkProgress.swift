// SPDX-License-Identifier: MIT

/// How long work tells what it has done, and learns that it is to end.
public struct WorkProgress: Sendable {
    private let report: @Sendable (Int) -> Void

    /// Progress that is told to a function, which hears how many bytes more are done.
    public init(_ report: @escaping @Sendable (Int) -> Void) { self.report = report }

    /// Progress that nobody hears of.
    public static let silent = WorkProgress { _ in }

    /// Tells that so many bytes more are done.
    /// - Throws: when the task was cancelled, as Ctrl-C does it.
    public func advance(by count: Int) throws(HostFileError) {
        guard !Task.isCancelled else { throw HostFileError("the work", .interrupted) }
        report(count)
    }
}
