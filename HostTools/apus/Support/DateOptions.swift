// SPDX-License-Identifier: MIT
import ArgumentParser
import Foundation
import OpticalImage

/// Which dates go into what is made.
struct DateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give everything this date (default: SOURCE_DATE_EPOCH, else 1 January 2000): seconds since 1970, or as in 2026-11-25T09:00:00Z.",
            valueName: "date"))
    var date: String?

    @Flag(help: "Keep each file's own date, or SOURCE_DATE_EPOCH where the file's is later.")
    var ownDates = false

    func validate() throws {
        guard date == nil || !ownDates else { throw ValidationError("--date and --own-dates exclude each other.") }
    }

    /// The dates that were asked for.
    func dates() throws(CommandFailure) -> OpticalImage.Dates {
        let epoch = try Self.sourceDateEpoch()
        if ownDates { return .own(latest: epoch) }
        guard let date else { return epoch.map { .fixed($0) } ?? .standard }
        guard let seconds = Int64(date) ?? Self.seconds(date) else {
            throw .input("--date \(date): write seconds since 1970, or a date like 2026-11-25T09:00:00Z")
        }
        return .fixed(seconds)
    }

    private static func seconds(_ text: String) -> Int64? {
        (try? Date(text, strategy: .iso8601)).map { Int64($0.timeIntervalSince1970) }
    }

    /// The date that a build system gives to everything (https://reproducible-builds.org/specs/source-date-epoch).
    private static func sourceDateEpoch() throws(CommandFailure) -> Int64? {
        guard let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], !text.isEmpty else { return nil }
        guard let seconds = Int64(text), seconds >= 0 else {
            throw .input("SOURCE_DATE_EPOCH is \"\(text)\"; set it to whole seconds since 1970, or unset it")
        }
        return seconds
    }
}
