// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import XenInterface

/// A domain's connection to a small store that the hypervisor keeps itself, until there is a control domain for a real one: the
/// domain can read what Xen's tools would tell it of itself, and change nothing. (Xen `docs/misc/xenstore.txt`)
struct XenstoreConnection: ~Copyable {
    /// The page that the guest sees.
    let ring: XenstoreRing
    /// The request that is coming in, in the first half, and the answer that is going out, in the second. Not the guest's.
    let messages: OwnedFrame
    private var receivedCount = 0
    private var sentCount = 0
    /// The length of the answer.
    private var answerCount = 0
    /// Where the message begins that is being added to it.
    private var messageStart = 0
    /// The guest has sent something after which nobody can tell where the next request begins.
    private var isBroken = false
    /// The transactions that have begun, a bit for each, from number 1 on.
    var openTransactions: UInt16 = 0

    /// The longest request that is looked at, header included.
    static var requestLimit: Int { 1024 }
    private static var answerPlace: Int { 2048 }

    /// A connection on which nothing has been said. Nil when no frame is free.
    init?(from allocator: FrameAllocator) {
        guard let ring = XenstoreRing(from: allocator), let messages = OwnedFrame(from: allocator) else { return nil }
        self.ring = ring
        self.messages = messages
    }

    /// How far the work has come.
    struct Turn: Equatable {
        /// Whether the guest is to be told that something has moved.
        var hasMoved = false
        /// Whether nothing is left to do until the guest sends again.
        var isFinished = true
    }

    /// Takes requests and gives answers, as long as there is a request and room for an answer, but no more than eight at a time: the
    /// domain's lock is held, and interrupts are off. Each request is taken in two steps of at most the ring's size.
    mutating func serve(_ branch: () -> XenstoreBranch) -> Turn {
        var turn = Turn()
        for _ in 0..<8 {
            guard giveAnswer(&turn), receive(&turn) else { return turn }
            if receivedCount < requestCount, !isBroken { _ = receive(&turn) }
            if receivedCount == requestCount, !isBroken {
                answer(request, of: branch())
                receivedCount = 0
            }
        }
        turn.isFinished = !giveAnswer(&turn)
        return turn
    }

    /// Gives as much of the answer as there is room for. Answers whether that is all.
    private mutating func giveAnswer(_ turn: inout Turn) -> Bool {
        guard sentCount < answerCount else { return true }
        let count = ring.put(answerCount &- sentCount, from: place(Self.answerPlace &+ sentCount))
        sentCount &+= count
        if count > 0 { turn.hasMoved = true }
        return sentCount == answerCount
    }

    /// Takes what there is of a request, at most to its end. What is behind the limit is written over itself. Answers whether there
    /// was something.
    private mutating func receive(_ turn: inout Turn) -> Bool {
        guard !isBroken else { return false }
        let count = ring.take(
            min(requestCount &- receivedCount, Self.requestLimit), to: place(min(receivedCount, Self.requestLimit)))
        receivedCount &+= count
        if receivedCount >= 16, request.length > XenstoreMessage.greatestLength { isBroken = true }
        if count > 0 { turn.hasMoved = true }
        return count > 0
    }

    /// The header of the request.
    private var request: XenstoreMessage { PhysicalMemory.read(XenstoreMessage.self, at: place(0)) }

    /// The length of the request, as far as it is known.
    private var requestCount: Int { receivedCount < 16 ? 16 : 16 &+ Int(request.length) }

    private mutating func answer(_ request: XenstoreMessage, of branch: XenstoreBranch) {
        (sentCount, answerCount) = (0, 0)
        do throws(XenError) {
            begin(XenstoreMessage(request.kind, to: request))
            try perform(request, of: branch)
        } catch {
            answerCount = 0
            begin(XenstoreMessage(XenstoreMessage.Kind.error.rawValue, to: request))
            append("\(error.name)")
            append(0)
        }
        end()
    }
}

/// Requests are read, and answers written.
extension XenstoreConnection {
    /// Where a text of the request stands, without the zero at its end.
    ///
    /// - Throws: `.invalidArgument` if there are not so many.
    func text(_ number: Int, of request: XenstoreMessage) throws(XenError) -> Range<Int> {
        var (start, rest) = (0, number)
        for index in 0..<Int(request.length) where payload(index) == 0 {
            if rest == 0 { return start..<index }
            (start, rest) = (index &+ 1, rest &- 1)
        }
        throw .invalidArgument
    }

    /// Where the only text of the request stands.
    ///
    /// - Throws: `.invalidArgument` if there is no zero at its end, or more behind that.
    func onlyText(of request: XenstoreMessage) throws(XenError) -> Range<Int> {
        let text = try text(0, of: request)
        guard text.upperBound &+ 1 == Int(request.length) else { throw .invalidArgument }
        return text
    }

    /// A text as a path.
    func path(_ text: Range<Int>) -> XenstorePath {
        var path = XenstorePath()
        for index in text { path.append(payload(index)) }
        return path
    }

    /// A byte of the request, behind its header.
    func payload(_ index: Int) -> UInt8 { PhysicalMemory.read(UInt8.self, at: place(16 &+ index)) }

    /// Begins a message; what is appended until its end becomes part of it.
    mutating func begin(_ header: XenstoreMessage) {
        messageStart = answerCount
        PhysicalMemory.write(header, at: place(Self.answerPlace &+ messageStart))
        answerCount &+= 16
    }

    /// Ends a message: now its length is known.
    mutating func end() {
        let length = UInt32(truncatingIfNeeded: answerCount &- messageStart &- 16)
        PhysicalMemory.write(length, at: place(Self.answerPlace &+ messageStart &+ 12))
    }

    /// Appends a byte. There is always room: the longest answers are the names of all virtual CPUs, and that of a watch, two headers
    /// and what the request held.
    mutating func append(_ byte: UInt8) {
        guard Self.answerPlace &+ answerCount < Int(frameSize) else { return }
        PhysicalMemory.write(byte, at: place(Self.answerPlace &+ answerCount))
        answerCount &+= 1
    }

    /// Appends a text, without a zero at its end.
    mutating func append(_ text: Message) {
        for index in 0..<text.count { append(text.bytes[index]) }
    }

    /// Appends all that follows the header of the request.
    mutating func appendPayload(of request: XenstoreMessage) {
        for index in 0..<Int(request.length) { append(payload(index)) }
    }

    private func place(_ offset: Int) -> HostPhysicalAddress { messages.address.advanced(by: UInt64(offset)) }
}

extension XenstoreMessage {
    /// The header of an answer.
    fileprivate init(_ kind: UInt32, to request: XenstoreMessage) {
        self = request
        self.kind = kind
        length = 0
    }
}
