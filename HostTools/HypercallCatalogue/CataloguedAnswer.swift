// SPDX-License-Identifier: MIT
import TestReport
import XenInterface

/// One answer of an operation, and when it is given.
public struct CataloguedAnswer: Sendable {
    /// What RAX holds, or an element of a list.
    public enum Result: Sendable, Hashable {
        /// The call succeeds: 0 or a value.
        case success
        /// The call fails.
        case error(XenError)
        /// The call succeeds; an element has this status.
        case status(GrantStatus)
        /// The call succeeds; an element has this error, or none.
        case element(XenError?)
    }

    /// The answer itself.
    public var result: Result
    /// When it is given; with a success, what is done or answered.
    public var condition: String
    /// Why no test of an ordinary domain can see it; nil for those that a test must see.
    public var unreachable: String?

    /// The call succeeds.
    static func succeeds(_ condition: String, unreachable: String? = nil) -> CataloguedAnswer {
        CataloguedAnswer(result: .success, condition: condition, unreachable: unreachable)
    }

    /// The call fails.
    static func fails(_ error: XenError, _ condition: String, unreachable: String? = nil) -> CataloguedAnswer {
        CataloguedAnswer(result: .error(error), condition: condition, unreachable: unreachable)
    }

    /// An element gets a status.
    static func status(_ status: GrantStatus, _ condition: String, unreachable: String? = nil) -> CataloguedAnswer {
        CataloguedAnswer(result: .status(status), condition: condition, unreachable: unreachable)
    }

    /// An element gets an error, or none.
    static func element(_ error: XenError?, _ condition: String) -> CataloguedAnswer {
        CataloguedAnswer(result: .element(error), condition: condition)
    }

    /// The structure cannot be read, or its answer not written.
    static let badPointer = fails(
        .badAddress, "the structure is not mapped, or cannot be written where it is answered in")
    /// The structure names a domain that is none.
    static let noDomain = fails(.noSuchProcess, "no such domain")
    /// The structure names a domain that is not the caller.
    static let otherDomain = fails(.operationNotPermitted, "another domain than the caller")

    /// No frame is free.
    static func noMemory(_ use: String) -> CataloguedAnswer {
        fails(.outOfMemory, "no frame is free for \(use)", unreachable: memoryIsLimited)
    }

    /// Why a guest cannot see the hypervisor without memory.
    static var memoryIsLimited: String {
        "a domain cannot use up the machine's memory: what it may have is counted. Unit tests do"
    }

    /// What a guest prints that has seen it.
    func observed(of hypercall: HypercallNumber, _ operation: UInt32) -> ObservedAnswer {
        let (isOfElement, value): (Bool, Int32) =
            switch result {
            case .success: (false, 0)
            case .error(let error): (false, -error.rawValue)
            case .status(let status): (true, Int32(status.rawValue))
            case .element(let error): (true, -(error?.rawValue ?? 0))
            }
        return ObservedAnswer(
            hypercall: hypercall.rawValue, operation: operation, isOfElement: isOfElement, result: value)
    }
}
