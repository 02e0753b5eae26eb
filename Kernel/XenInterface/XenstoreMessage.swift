// SPDX-License-Identifier: MIT

/// What stands before each request to xenstore and before each answer (`struct xsd_sockmsg`, Xen public header `io/xs_wire.h`,
/// 16 bytes).
public struct XenstoreMessage: GuestStructure {
    /// What is asked; an answer repeats it, unless it tells an error.
    public var kind: UInt32 = 0
    /// A number of the guest's, which the answer repeats.
    public var identifier: UInt32 = 0
    /// The transaction that the request belongs to; 0 for none.
    public var transaction: UInt32 = 0
    /// The length in bytes of what follows, at most `greatestLength`.
    public var length: UInt32 = 0

    /// The most bytes that may follow (`XENSTORE_PAYLOAD_MAX`).
    public static var greatestLength: UInt32 { 4096 }

    /// All fields zero.
    public init() {}

    /// A request or an answer.
    public init(_ kind: Kind, identifier: UInt32, transaction: UInt32, length: UInt32) {
        self.kind = kind.rawValue
        self.identifier = identifier
        self.transaction = transaction
        self.length = length
    }

    /// The kinds of requests and answers (`enum xsd_sockmsg_type`). Texts that follow end with a zero, but for values.
    public enum Kind: UInt32, CaseIterable, Sendable {
        /// For the control domain.
        case control = 0
        /// The names of a node's children.
        case directory = 1
        /// A node's value.
        case read = 2
        /// Who may read and write a node.
        case getPermissions = 3
        /// An event for each change of a node or below it: path and token.
        case watch = 4
        /// No more events of a watch.
        case unwatch = 5
        /// Requests that take effect together. The answer is their number in decimal.
        case transactionStart = 6
        /// "T" lets them take effect, "F" forgets them.
        case transactionEnd = 7
        /// For the control domain: a domain has come.
        case introduce = 8
        /// For the control domain: a domain has gone.
        case release = 9
        /// The branch of a domain: its number in decimal.
        case getDomainPath = 10
        /// A new value of a node.
        case write = 11
        /// A node without a value.
        case makeDirectory = 12
        /// Takes a node away, and all below it.
        case remove = 13
        /// Who shall read and write a node.
        case setPermissions = 14
        /// From the store, unasked: path and token of a watch.
        case watchEvent = 15
        /// From the store: a request has failed. The name of an error follows.
        case error = 16
        /// Whether a domain has been introduced: "T" or "F".
        case isDomainIntroduced = 17
        /// For the control domain: a domain goes on.
        case resume = 18
        /// For the control domain: a domain acts for another.
        case setTarget = 19
        /// No more events of any watch.
        case resetWatches = 21
        /// The names of a node's children, from an offset on.
        case directoryPart = 22
    }
}
