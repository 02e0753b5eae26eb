// SPDX-License-Identifier: MIT

/// Reads what one guest prints, line by line, and makes its report at the end.
///
/// It believes nothing: a plan that is missing, a test that is missing or reported twice, a guest that stops in the
/// middle are failures. Whatever a guest prints, what is kept of it is bounded.
public struct SuiteRecorder: Sendable {
    /// Diagnostic lines that are kept for one test.
    static let maximumDiagnostics = 40
    /// Lines that are kept of the end of the output.
    static let maximumLastLines = 12
    /// Answers of the hypervisor that are kept for one test.
    static let maximumAnswers = 1024
    /// Characters that are kept of a line.
    static let maximumLineLength = 400

    private let name: String
    private let expectation: GuestExpectation
    private var tests: [TestResult] = []
    private var numbers: Set<Int> = []
    private var problems: [String] = []
    private var lastLines: [String] = []
    private var plan: Int?
    private var hasPlan = false
    private var hasNestedFailure = false

    /// A recorder for a guest.
    public init(name: String, expecting expectation: GuestExpectation = .report) {
        self.name = name
        self.expectation = expectation
    }

    /// The guest's next line, without its line end.
    public mutating func consume(_ line: String) {
        let line = Self.printable(line)
        guard !line.isEmpty else { return }
        if lastLines.count == Self.maximumLastLines { lastLines.removeFirst() }
        lastLines.append(line)
        guard expectation == .report else { return }
        let text = line.drop { $0 == " " }
        let parsed = KTAPLine(text)
        if text.startIndex == line.startIndex { record(parsed) } else { recordNested(parsed, text) }
    }

    /// The guest's report, given how it ended and how long the run took.
    public consuming func finish(_ ending: GuestEnding, seconds: Double = 0) -> SuiteReport {
        if expectation == .report { checkPlan() }
        checkEnding(ending)
        return SuiteReport(name: name, tests: tests, problems: problems, lastLines: lastLines, seconds: seconds)
    }

    // MARK: Lines

    private mutating func record(_ line: KTAPLine) {
        switch line {
        case .version:
            if hasPlan || !tests.isEmpty { note("the guest began a second report") }
        case .plan(let count, let skipReason):
            if hasPlan { note("the guest printed a second plan") }
            if count == nil { note("the plan's number cannot be read") }
            hasPlan = true
            plan = count
            if let skipReason, count == 0 {
                tests.append(TestResult(name: "all", outcome: .skipped(reason: skipReason)))
            } else if count == 0 {
                note("the plan is empty")
            }
        case .result(let isGood, let number, let name, let directive):
            record(isGood, number, name, directive)
        case .diagnostic(let text): explain(text)
        case .bailOut(let reason): note("the guest gave up: \(reason)")
        case .other: break
        }
    }

    private mutating func record(
        _ isGood: Bool, _ number: KTAPLine.Number, _ name: String, _ directive: KTAPLine.Directive?
    ) {
        guard tests.count < KTAPLine.maximumCount else { return note("more than \(KTAPLine.maximumCount) tests") }
        switch number {
        case .missing: numbers.insert(tests.count + 1)
        case .unreadable(let digits): note("a test's number cannot be read: \(digits)")
        case .value(let value):
            if !numbers.insert(value).inserted { note("test number \(value) is reported twice") }
        }
        tests.append(TestResult(name: name, outcome: outcome(isGood, directive)))
        if isGood, hasNestedFailure {
            tests[tests.count - 1].outcome = .failed
            explain("a subtest failed, though the test says ok")
        }
        hasNestedFailure = false
    }

    private func outcome(_ isGood: Bool, _ directive: KTAPLine.Directive?) -> TestResult.Outcome {
        switch directive?.word {
        case "SKIP", "TODO", "XFAIL": .skipped(reason: directive?.reason ?? "")
        case "TIMEOUT", "ERROR": .failed
        default: isGood ? .passed : .failed
        }
    }

    /// Subtests are indented; the test that they belong to follows them and has the last word.
    private mutating func recordNested(_ line: KTAPLine, _ text: Substring) {
        guard case .result(let isGood, _, _, let directive) = line else { return }
        if outcome(isGood, directive) == .failed { hasNestedFailure = true }
    }

    private mutating func explain(_ text: String) {
        if let answers = ObservedAnswer.list(in: text) { return note(answers) }
        guard !tests.isEmpty, tests[tests.count - 1].diagnostics.count < Self.maximumDiagnostics else { return }
        tests[tests.count - 1].diagnostics.append(text)
    }

    /// Only a test that has passed shows what the hypervisor answers.
    private mutating func note(_ answers: [ObservedAnswer]) {
        guard let last = tests.indices.last, tests[last].outcome == .passed,
            tests[last].answers.count + answers.count <= Self.maximumAnswers
        else { return }
        tests[last].answers.formUnion(answers)
    }

    /// A problem, once, and not without end.
    private mutating func note(_ problem: String) {
        if problems.count < 20, !problems.contains(problem) { problems.append(problem) }
    }

    // MARK: The end

    private mutating func checkPlan() {
        guard hasPlan else { return note("the guest printed no plan (1..N)") }
        guard let plan else { return }
        let missing = plan > 0 ? Set(1...plan).subtracting(numbers).sorted() : []
        if let first = missing.first {
            note("\(missing.count) of \(plan) planned tests are missing, the first is number \(first)")
        }
        if let extra = numbers.filter({ $0 > plan || $0 < 1 }).max() {
            note("test number \(extra) is outside the plan 1..\(plan)")
        }
    }

    private mutating func checkEnding(_ ending: GuestEnding) {
        switch (expectation, ending) {
        case (.nothing, _), (.report, .ended(reason: "poweroff")): break
        case (.ending(let word), .ended(let reason)):
            let outcome: TestResult.Outcome = reason.hasPrefix(word) ? .passed : .failed
            let diagnostics = outcome == .passed ? [] : ["expected the end: \(word), got: \(reason)"]
            tests.append(TestResult(name: "the guest ends: \(word)", outcome: outcome, diagnostics: diagnostics))
        case (.anyEnding, .ended(let reason)):
            tests.append(TestResult(name: "the guest ends", outcome: .passed, diagnostics: ["it ended: \(reason)"]))
        case (_, .ended(let reason)): note("the guest ended early: \(reason)")
        case (_, .silent(let seconds)): note("the guest was silent when the run was stopped after \(seconds) seconds")
        case (_, .runStopped(let reason)): note("the run stopped before the guest ended: \(reason)")
        case (_, .neverStarted): note("the hypervisor said nothing about the end of this guest")
        }
    }

    /// The line without control characters and not longer than is kept.
    static func printable(_ line: String) -> String {
        let cut = line.unicodeScalars.prefix(maximumLineLength)
        return String(String.UnicodeScalarView(cut.filter { $0.properties.generalCategory != .control }))
    }
}
