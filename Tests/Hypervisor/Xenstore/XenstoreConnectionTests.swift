// SPDX-License-Identifier: MIT
import Architecture
import SeededRandom
import Testing
import XenInterface

@testable import Hypervisor

/// The store as a guest sees it, through the page that it shares with the hypervisor.
struct XenstoreConnectionTests {
    let hypervisor = TestHypervisor()
    private static let ring: UInt64 = 0xFEFF_C000

    private func get(_ guest: TestGuest, _ offset: Int) throws -> UInt32 {
        try guest.read(UInt32.self, at: Self.ring + UInt64(offset))
    }

    private func set(_ guest: TestGuest, _ offset: Int, _ value: UInt32) throws {
        try guest.write(value, at: Self.ring + UInt64(offset))
    }

    /// Puts bytes into the ring of requests.
    private func put(_ bytes: [UInt8], _ guest: TestGuest) throws {
        let producer = try get(guest, XenstoreRingLayout.requestProducer)
        for (offset, byte) in bytes.enumerated() {
            let place = XenstoreRingLayout.requests + (Int(producer) + offset) % XenstoreRingLayout.size
            try guest.write(byte, at: Self.ring + UInt64(place))
        }
        try set(guest, XenstoreRingLayout.requestProducer, producer &+ UInt32(bytes.count))
    }

    /// Puts bytes into the ring of requests, and sends the event.
    private func send(_ bytes: [UInt8], _ guest: TestGuest) throws {
        try put(bytes, guest)
        try sendEvent(guest)
    }

    /// Sends the event; the hypercall begins anew as long as there is more to do.
    private func sendEvent(_ guest: TestGuest) throws {
        let start = guest.control.instructionPointer
        _ = try guest.send(guest.domain.parameters.xenstorePort)
        while guest.control.instructionPointer == start { guest.exit(.hypercall) }
        #expect(guest.result == 0)
    }

    /// All that is in the ring of answers.
    private func receive(_ guest: TestGuest) throws -> [UInt8] {
        let producer = try get(guest, XenstoreRingLayout.answerProducer)
        var consumer = try get(guest, XenstoreRingLayout.answerConsumer)
        var bytes: [UInt8] = []
        while consumer != producer, bytes.count < XenstoreRingLayout.size {
            let place = XenstoreRingLayout.answers + Int(consumer) % XenstoreRingLayout.size
            bytes.append(try guest.read(UInt8.self, at: Self.ring + UInt64(place)))
            consumer &+= 1
        }
        try set(guest, XenstoreRingLayout.answerConsumer, consumer)
        return bytes
    }

    private func header(_ kind: UInt32, _ length: Int, transaction: UInt32 = 0) -> [UInt8] {
        [kind, 9, transaction, UInt32(length)].flatMap { word in (0..<4).map { UInt8(word >> ($0 * 8) & 0xFF) } }
    }

    private func ask(
        _ guest: TestGuest, _ kind: XenstoreMessage.Kind, _ payload: String, transaction: UInt32 = 0
    ) throws -> (kind: UInt8, text: String) {
        try send(header(kind.rawValue, payload.utf8.count, transaction: transaction) + payload.utf8, guest)
        let answer = try receive(guest)
        try #require(answer.count >= 16)
        #expect(answer[4] == 9)
        #expect(Int(answer[12]) + Int(answer[13]) << 8 == answer.count - 16)
        return (answer[0], String(decoding: answer[16...], as: UTF8.self))
    }

    @Test("the tools' nodes have the domain's values")
    func values() throws {
        let guest = try hypervisor.makeGuest(3, vcpuCount: 2)
        for (path, value) in [
            ("domid", "3"), ("name", "test"), ("memory/target", "1024"), ("memory/static-max", "1024"),
            ("vm", "/vm/40414243-4445-4647-4849-4a4b4c4d4e4f"), ("cpu/1/availability", "online"),
            ("control/shutdown", ""), ("cpu", ""), ("/local/domain/3", ""), ("/local/domain/3/domid", "3"),
        ] {
            #expect(try ask(guest, .read, path + "\0") == (2, value))
        }
        #expect(try ask(guest, .directory, "cpu\0") == (1, "0\0" + "1\0"))
        #expect(
            try ask(guest, .directory, "/local/domain/3\0") == (1, "vm\0name\0domid\0memory\0device\0control\0cpu\0"))
        #expect(try ask(guest, .getPermissions, "device\0") == (3, "n0\0r3\0"))
        for (number, domain) in [("3", 3), ("007", 7), ("7x", 7), ("abc", 0), ("", 0)] {
            #expect(try ask(guest, .getDomainPath, number + "\0") == (10, "/local/domain/\(domain)\0"))
        }
        for payload in ["", "7", "7\0" + "7", "7\0" + "7\0"] {
            #expect(try ask(guest, .getDomainPath, payload) == (16, "EINVAL\0"))
        }
    }

    @Test("a path that is wrong in some way gives the error that says so")
    func paths() throws {
        let guest = try hypervisor.makeGuest(3)
        for (path, error) in [
            ("cpu/1\0", "ENOENT"), ("dom\0", "ENOENT"), ("domid2\0", "ENOENT"), ("domid/x\0", "ENOENT"),
            ("/local/domain/33\0", "EACCES"), ("/local/domain/30/domid\0", "EACCES"), ("/\0", "EACCES"),
            ("\0", "EINVAL"), ("domid", "EINVAL"), ("", "EINVAL"), ("cpu/\0", "EINVAL"), ("cpu//0\0", "EINVAL"),
            ("@releaseDomain\0", "EINVAL"), ("dom\u{1}\0", "EINVAL"),
            (String(repeating: "domid/", count: 60) + "x\0", "ENOENT"),
            (String(repeating: "domid/", count: 60) + "\0", "EINVAL"),
            (String(repeating: "domid/", count: 60) + "/x\0", "EINVAL"),
            (String(repeating: "domid/", count: 60) + " \0", "EINVAL"),
            ("domid\0domid\0", "EINVAL"), ("domid\0\0", "EINVAL"), ("domid\0" + "x", "EINVAL"),
        ] {
            #expect(try ask(guest, .read, path) == (16, error + "\0"))
        }
    }

    @Test("the names of 128 virtual CPUs fit into an answer, whose end waits for room")
    func manyNames() throws {
        let guest = try hypervisor.makeGuest(3)
        let branch = XenstoreBranch(
            identifier: DomainIdentifier(rawValue: 3), name: "x", handle: guest.domain.handle, memorySize: 4,
            vcpuCount: 128)
        let request = header(XenstoreMessage.Kind.directory.rawValue, 4) + Array("cpu\0".utf8)
        try put(request + request + request, guest)
        #expect(guest.domain.xenstore.serve { branch }.hasMoved)
        var bytes: [UInt8] = []
        for _ in 0..<3 {
            bytes += try receive(guest)
            _ = guest.domain.xenstore.serve { branch }
        }
        let names = (0..<128).map { "\($0)\0" }.joined()
        #expect(bytes.count == 3 * (16 + names.utf8.count))
        #expect(String(decoding: bytes[(bytes.count - names.utf8.count)...], as: UTF8.self) == names)
        #expect(guest.domain.xenstore.serve { branch } == .init(hasMoved: false, isFinished: true))
    }

    @Test("a request may come in pieces, however small")
    func pieces() throws {
        let guest = try hypervisor.makeGuest(3)
        for byte in header(XenstoreMessage.Kind.read.rawValue, 6) + Array("domid\0".utf8) {
            #expect(try receive(guest) == [])
            try send([byte], guest)
        }
        #expect(try receive(guest).last == UInt8(ascii: "3"))
    }

    @Test("ten transactions at a time, then ENOSPC")
    func transactions() throws {
        let guest = try hypervisor.makeGuest(3)
        for number in 1...10 { #expect(try ask(guest, .transactionStart, "\0") == (6, "\(number)\0")) }
        #expect(try ask(guest, .transactionStart, "\0") == (16, "ENOSPC\0"))
        #expect(try ask(guest, .transactionEnd, "T\0", transaction: 4) == (7, "OK\0"))
        #expect(try ask(guest, .transactionStart, "\0") == (6, "4\0"))
        for number in [11, 16, 17, 32, 0xFFFF_FFFF] as [UInt32] {
            #expect(try ask(guest, .read, "domid\0", transaction: number) == (16, "ENOENT\0"))
        }
    }

    @Test("the end of all watches is the end of all transactions")
    func resetEndsTransactions() throws {
        let guest = try hypervisor.makeGuest(3)
        for number in 1...10 { #expect(try ask(guest, .transactionStart, "\0") == (6, "\(number)\0")) }
        #expect(try ask(guest, .resetWatches, "\0") == (21, "OK\0"))
        #expect(try ask(guest, .transactionEnd, "T\0", transaction: 4) == (16, "ENOENT\0"))
        #expect(try ask(guest, .transactionStart, "\0") == (6, "1\0"))
    }

    @Test("of twenty requests eight are answered at a time; one event brings all answers")
    func manyRequests() throws {
        let guest = try hypervisor.makeGuest(3)
        let request = header(XenstoreMessage.Kind.read.rawValue, 6) + Array("domid\0".utf8)
        let answer = header(XenstoreMessage.Kind.read.rawValue, 1) + Array("3".utf8)
        try put((0..<20).flatMap { _ in request }, guest)
        let turn = guest.domain.xenstore.serve { XenstoreBranch(of: guest.domain) }
        #expect(turn == .init(hasMoved: true, isFinished: false))
        #expect(try get(guest, XenstoreRingLayout.requestConsumer) == UInt32(8 * request.count))
        #expect(try receive(guest) == (0..<8).flatMap { _ in answer })
        try send([], guest)
        #expect(try receive(guest) == (0..<12).flatMap { _ in answer })
        try send([], guest)
        #expect(try receive(guest) == [])
    }

    @Test("a request that is longer than any need is refused, and the next one understood")
    func longRequest() throws {
        let guest = try hypervisor.makeGuest(3)
        let payload = [UInt8](repeating: UInt8(ascii: "a"), count: 4096)
        var bytes = header(XenstoreMessage.Kind.read.rawValue, payload.count) + payload
        while bytes.count > 0 {
            try send(Array(bytes.prefix(700)), guest)
            bytes.removeFirst(min(700, bytes.count))
        }
        let answer = try receive(guest)
        #expect(String(decoding: answer[16...], as: UTF8.self) == "E2BIG\0")
        #expect(try ask(guest, .read, "domid\0") == (2, "3"))
    }

    @Test("a length that cannot be ends the connection")
    func brokenRequest() throws {
        let guest = try hypervisor.makeGuest(3)
        try send(header(XenstoreMessage.Kind.read.rawValue, 4097), guest)
        try send(header(XenstoreMessage.Kind.read.rawValue, 6) + Array("domid\0".utf8), guest)
        #expect(try receive(guest) == [])
    }

    @Test("whatever bytes and indices there are in the page, serving comes to an end")
    func garbage() throws {
        let guest = try hypervisor.makeGuest(3)
        var random = SeededRandom(seed: 11)
        for _ in 0..<200 {
            for offset in stride(from: 0, to: XenstoreRingLayout.size, by: 4) {
                try set(guest, offset, UInt32.random(in: 0...40, using: &random))
            }
            for index in [
                XenstoreRingLayout.requestConsumer, XenstoreRingLayout.requestProducer,
                XenstoreRingLayout.answerConsumer, XenstoreRingLayout.answerProducer,
            ] {
                try set(guest, index, UInt32.random(in: 0 ... .max, using: &random))
            }
            try sendEvent(guest)
        }
    }
}
