// SPDX-License-Identifier: MIT
import Diagnostics
import XenInterface

/// What each kind of request does.
extension XenstoreConnection {
    /// Appends what is asked for.
    ///
    /// - Throws: the error whose name is the answer.
    mutating func perform(_ request: XenstoreMessage, of branch: XenstoreBranch) throws(XenError) {
        guard 16 &+ Int(request.length) <= Self.requestLimit else { throw .argumentListTooLong }
        try checkTransaction(of: request)
        switch XenstoreMessage.Kind(rawValue: request.kind) {
        case .read: try read(request, branch)
        case .directory: try list(request, branch)
        case .getPermissions: try tellPermissions(request, branch)
        case .watch: try watch(request, branch)
        case .unwatch: append("OK\0")
        case .resetWatches: resetWatches()
        case .transactionStart: try startTransaction(request)
        case .transactionEnd: try endTransaction(request)
        case .getDomainPath: try tellPath(request)
        case .write, .makeDirectory, .remove, .setPermissions:
            _ = try path(text(0, of: request)).relative(to: branch.identifier)
            throw .permissionDenied
        case .control, .introduce, .release, .resume, .setTarget, .isDomainIntroduced: throw .permissionDenied
        case .directoryPart, .watchEvent, .error, nil: throw .notImplemented
        }
    }

    private func node(_ request: XenstoreMessage, _ branch: XenstoreBranch) throws(XenError) -> Message {
        let path = try path(onlyText(of: request)).relative(to: branch.identifier)
        guard branch.hasNode(at: path) else { throw .noSuchEntry }
        return path
    }

    private mutating func read(_ request: XenstoreMessage, _ branch: XenstoreBranch) throws(XenError) {
        let path = try node(request, branch)
        if let leaf = branch.leaf(at: path) { append(branch.value(ofLeaf: leaf)) }
    }

    private mutating func list(_ request: XenstoreMessage, _ branch: XenstoreBranch) throws(XenError) {
        let path = try node(request, branch)
        var leaf = 0
        while let name = branch.nextChild(of: path, from: &leaf) {
            append(name)
            append(0)
        }
    }

    /// All belongs to the control domain, and the domain itself may read it.
    private mutating func tellPermissions(_ request: XenstoreMessage, _ branch: XenstoreBranch) throws(XenError) {
        _ = try node(request, branch)
        append("n0\0r\(branch.identifier.rawValue)\0")
    }

    /// A watch is told once that it has been set. As nothing changes, that is all, and nobody need remember it.
    private mutating func watch(_ request: XenstoreMessage, _ branch: XenstoreBranch) throws(XenError) {
        let path = try path(text(0, of: request))
        _ = try text(1, of: request)
        guard path.isSpecial || path.isValid else { throw .invalidArgument }
        append("OK\0")
        end()
        begin(XenstoreMessage(.watchEvent, identifier: 0, transaction: 0, length: 0))
        appendPayload(of: request)
    }

    /// The branch of a domain, whether there is one or not. Its number is read as C's `atoi` does, as far as there are digits.
    private mutating func tellPath(_ request: XenstoreMessage) throws(XenError) {
        var number: UInt32 = 0
        for index in try onlyText(of: request) {
            let byte = payload(index)
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
            number = number &* 10 &+ UInt32(byte &- UInt8(ascii: "0"))
        }
        append("/local/domain/\(number)\0")
    }
}

/// Transactions. As nothing changes, all of them succeed.
extension XenstoreConnection {
    /// How many a domain may have at a time, as with Xen's store.
    private static var transactionLimit: Int { 10 }

    private func isOpen(_ transaction: UInt32) -> Bool {
        transaction >= 1 && transaction <= UInt32(Self.transactionLimit)
            && openTransactions & (1 &<< UInt16(transaction)) != 0
    }

    private func checkTransaction(of request: XenstoreMessage) throws(XenError) {
        guard request.transaction == 0 || isOpen(request.transaction) else { throw .noSuchEntry }
    }

    private mutating func startTransaction(_ request: XenstoreMessage) throws(XenError) {
        guard request.transaction == 0 else { throw .busy }
        for number in 1...UInt32(Self.transactionLimit) where !isOpen(number) {
            openTransactions |= 1 &<< UInt16(number)
            append("\(number)\0")
            return
        }
        throw .noSpace
    }

    /// What makes a connection as new: there is no watch to end.
    private mutating func resetWatches() {
        openTransactions = 0
        append("OK\0")
    }

    private mutating func endTransaction(_ request: XenstoreMessage) throws(XenError) {
        let text = try text(0, of: request)
        let ending = payload(text.lowerBound)
        guard text.count == 1, ending == UInt8(ascii: "T") || ending == UInt8(ascii: "F") else {
            throw .invalidArgument
        }
        guard isOpen(request.transaction) else { throw .noSuchEntry }
        openTransactions &= ~(1 &<< UInt16(request.transaction))
        append("OK\0")
    }
}
