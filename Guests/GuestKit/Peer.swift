// SPDX-License-Identifier: MIT
import XenInterface

/// The guest beside this one, which does what it is asked for: see `Mailbox`.
public struct Peer {
    /// Its domain.
    public let domain: DomainIdentifier
    private let hypercalls: Hypercalls
    /// Where the shared page lies here.
    private let mailbox: UInt64

    /// Maps the shared page at `mailbox`, as soon as the other guest has granted it. Nil when it does not within a minute.
    public init?(of guest: Guest, at mailbox: UInt64) {
        guard let domain = guest.peer else { return nil }
        let end = guest.now &+ 60_000_000_000
        while true {
            var call = GrantTableOperation.Map(
                hostAddress: mailbox, flags: GrantMapFlags.host.rawValue,
                reference: GrantReference(rawValue: Mailbox.reference), domain: domain)
            if guest.hypercalls.grantTable(.map, &call) == 0, call.status == 0 { break }
            guard guest.now < end else { return nil }
            guest.hypercalls.yield()
        }
        self.domain = domain
        self.hypercalls = guest.hypercalls
        self.mailbox = mailbox
    }

    /// The address of one of its pages to try things with.
    public func page(_ index: UInt64) -> UInt64 { Memory.load64(mailbox &+ Mailbox.pages) &+ index &* Memory.pageSize }
    /// The frame of such a page.
    public func frame(_ index: UInt64) -> UInt64 { page(index) >> 12 }
    /// The address of an entry of its grant table.
    public func entry(_ reference: UInt32) -> UInt64 {
        Memory.load64(mailbox &+ Mailbox.table) &+ UInt64(reference) &* 8
    }

    /// Asks for something and waits for the result.
    @discardableResult
    public func ask(_ request: Mailbox.Request, _ arguments: InlineArray<6, UInt64>) -> UInt64 {
        start(request, arguments)
        return finish()
    }

    /// Asks for something without waiting.
    public func start(_ request: Mailbox.Request, _ arguments: InlineArray<6, UInt64>) {
        Memory.store64(request.rawValue, at: mailbox &+ Mailbox.word(1))
        for index in 0..<6 { Memory.store64(arguments[index], at: mailbox &+ Mailbox.word(2 &+ UInt64(index))) }
        Memory.store64(Memory.load64(mailbox &+ Mailbox.requested) &+ 1, at: mailbox &+ Mailbox.requested)
    }

    /// Waits for the result of what was asked for last.
    @discardableResult
    public func finish() -> UInt64 {
        while Memory.load64(mailbox &+ Mailbox.done) != Memory.load64(mailbox &+ Mailbox.requested) {
            hypercalls.yield()
        }
        return Memory.load64(mailbox &+ Mailbox.result)
    }

    /// Reads its memory.
    public func load(_ address: UInt64) -> UInt64 { ask(.load, [address, 0, 0, 0, 0, 0]) }
    /// Writes its memory.
    public func store(_ value: UInt64, at address: UInt64) { ask(.store, [address, value, 0, 0, 0, 0]) }

    /// Has it make a hypercall whose second argument is the address of a structure.
    public func call<Argument: BitwiseCopyable>(
        _ number: HypercallNumber, _ operation: UInt32, _ argument: inout Argument, count: UInt64 = 0
    ) -> Int64 {
        startCall(number, operation, argument, count: count)
        let result = Int64(bitPattern: finish())
        argument = Memory.load(mailbox &+ Mailbox.structures, as: Argument.self)
        return result
    }

    /// The same without waiting.
    public func startCall<Argument: BitwiseCopyable>(
        _ number: HypercallNumber, _ operation: UInt32, _ argument: Argument, count: UInt64 = 0
    ) {
        Memory.store(argument, at: mailbox &+ Mailbox.structures)
        let address = Memory.load64(mailbox &+ Mailbox.address) &+ Mailbox.structures
        start(.hypercall, [UInt64(number.rawValue), UInt64(operation), address, count, 0, 0])
    }
}
