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

    /// Takes requests and gives answers, as long as there is a request and room for an answer. A ring holds no more than 64
    /// requests, each done in three steps.
    ///
    /// - Returns: whether the guest is to be told that something has moved.
    mutating func serve(_ branch: () -> XenstoreBranch) -> Bool {
        var hasMoved = false
        for _ in 0..<192 where !isBroken {
            if sentCount < answerCount {
                let count = ring.put(answerCount &- sentCount, from: place(Self.answerPlace &+ sentCount))
                sentCount &+= count
                hasMoved = hasMoved || count > 0
                if sentCount < answerCount { return hasMoved }
            }
            guard receive() else { return hasMoved }
            hasMoved = true
            if receivedCount == requestCount {
                answer(request, of: branch())
                receivedCount = 0
            }
        }
        return hasMoved
    }

    /// Takes what there is of a request, at most to its end. What is behind the limit is written over itself.
    private mutating func receive() -> Bool {
        let count = ring.take(
            min(requestCount &- receivedCount, Self.requestLimit), to: place(min(receivedCount, Self.requestLimit)))
        receivedCount &+= count
        if receivedCount >= 16, request.length > XenstoreMessage.greatestLength { isBroken = true }
        return count > 0
    }

    /// The header of the request.
    private var request: XenstoreMessage { PhysicalMemory.read(XenstoreMessage.self, at: place(0)) }

    /// The length of the request, as far as it is known.
    private var requestCount: Int { receivedCount < 16 ? 16 : 16 &+ Int(request.length) }

    private mutating func answer(_ request: XenstoreMessage, of branch: XenstoreBranch) {
        sentCount = 0
        answerCount = 0
        do throws(XenError) {
            begin(XenstoreMessage(request.kind, to: request))
            try perform(request, of: branch)
        } catch {
            answerCount = 0
            begin(XenstoreMessage(XenstoreMessage.Kind.error.rawValue, to: request))
            append("\(error.name)")
            append(0)
        }
    }
}

/// Requests are read, and answers written.
extension XenstoreConnection {
    /// The text of a number in the request, without the zero at its end; what is longer than a message is cut off.
    ///
    /// - Throws: `.invalidArgument` if there are not so many.
    func text(_ number: Int, of request: XenstoreMessage) throws(XenError) -> Message {
        var (text, rest) = (Message(), number)
        for index in 0..<Int(request.length) {
            let byte = PhysicalMemory.read(UInt8.self, at: place(16 &+ index))
            if byte != 0 {
                text.append(byte)
            } else if rest == 0 {
                return text
            } else {
                text = Message()
                rest &-= 1
            }
        }
        throw .invalidArgument
    }

    /// Begins a message; what is appended becomes part of it.
    mutating func begin(_ header: XenstoreMessage) {
        messageStart = answerCount
        PhysicalMemory.write(header, at: place(Self.answerPlace &+ messageStart))
        answerCount &+= 16
        setLength()
    }

    /// Appends a byte. There is always room: what is told is at most as long as a request, or the names of all virtual CPUs.
    mutating func append(_ byte: UInt8) {
        guard Self.answerPlace &+ answerCount < Int(frameSize) else { return }
        PhysicalMemory.write(byte, at: place(Self.answerPlace &+ answerCount))
        answerCount &+= 1
        setLength()
    }

    /// Appends a text, without a zero at its end.
    mutating func append(_ text: Message) {
        for index in 0..<text.count { append(text.bytes[index]) }
    }

    /// Appends all that follows the header of the request.
    mutating func appendPayload(of request: XenstoreMessage) {
        for index in 0..<Int(request.length) { append(PhysicalMemory.read(UInt8.self, at: place(16 &+ index))) }
    }

    private func setLength() {
        let length = UInt32(truncatingIfNeeded: answerCount &- messageStart &- 16)
        PhysicalMemory.write(length, at: place(Self.answerPlace &+ messageStart &+ 12))
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
