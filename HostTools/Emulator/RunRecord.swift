// SPDX-License-Identifier: MIT

/// What the console of a run has said so far, and the judgement at its end.
public struct RunRecord: Sendable {
    /// The domains that ended, in the order in which they did.
    public private(set) var ends: [DomainEnd] = []
    /// Whether the hypervisor said that all domains have ended.
    public private(set) var allEnded = false
    /// The hypervisor's own failure, when it reported one.
    public private(set) var fatal: String?

    /// An empty record.
    public init() {}

    /// The next line.
    public mutating func consume(_ line: ConsoleLine) {
        guard case .hypervisor(let text) = line, let event = ConsoleEvent(text) else { return }
        switch event {
        case .domainEnded(let end): ends.append(end)
        case .allEnded: allEnded = true
        case .fatal(let text): fatal = fatal ?? text
        case .backtrace: break
        }
    }

    /// The judgement, from the machine's end and the console together: they have to agree.
    public func verdict(_ end: MachineEnd) -> RunVerdict {
        switch end {
        case .timedOut(let seconds, _): return .timedOut(seconds: seconds)
        case .emulatorFailed(let reason): return .emulatorFailed(reason)
        case .shutDown, .reset: break
        }
        if let fatal { return .hypervisorFailed(fatal) }
        guard case .shutDown(let code) = end else {
            return .hypervisorFailed("the machine reset: a triple fault in the hypervisor")
        }
        return verdict(code)
    }

    private func verdict(_ code: ShutdownCode) -> RunVerdict {
        switch code {
        case .allDomainsEnded where !allEnded:
            return .hypervisorFailed("it stopped without saying that all domains have ended")
        case .allDomainsEnded, .domainCrashed:
            if let bad = ends.first(where: { !$0.isGood }) { return .domainFailed(bad) }
            return code == .allDomainsEnded
                ? .good : .hypervisorFailed("it reported a crash, but named no domain")
        case .hypervisorFailed: return .hypervisorFailed("it stopped itself; see the lines above")
        case .nothingStarted: return .nothingStarted
        }
    }
}

/// How a run came out.
public enum RunVerdict: Sendable, Equatable {
    /// Every domain ended its work.
    case good
    /// A domain crashed or was destroyed.
    case domainFailed(DomainEnd)
    /// The hypervisor failed.
    case hypervisorFailed(String)
    /// The hypervisor found nothing that it could start.
    case nothingStarted
    /// The run was killed when its time was up.
    case timedOut(seconds: Int)
    /// The emulator itself failed.
    case emulatorFailed(String)

    /// The verdict in a sentence.
    public var message: String {
        switch self {
        case .good: "all domains ended well"
        case .domainFailed(let end): "domain \(end.domain) \"\(end.name)\" ended badly: \(end.reason)"
        case .hypervisorFailed(let reason): "the hypervisor failed: \(reason)"
        case .nothingStarted: "the hypervisor found nothing to start; its message is above"
        case .timedOut(let seconds): "no end within \(seconds) seconds; give more time with --timeout"
        case .emulatorFailed(let reason): "the emulator failed: \(reason)"
        }
    }
}
