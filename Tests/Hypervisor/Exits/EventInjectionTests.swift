// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

/// Events in the bits that both vendors use. (AMD APM vol. 2 §15.20; Intel SDM vol. 3C §25.8.3, §25.9.3)
struct EventInjectionTests {
    @Test(
        "an injected event has its vector, kind, valid bit and error code in their places",
        arguments: [
            (EventInjection(.interrupt, vector: 0xF3), 0x8000_00F3),
            (EventInjection(.nonMaskableInterrupt, vector: 2), 0x8000_0202),
            (EventInjection(.exception, vector: 6), 0x8000_0306),
            (EventInjection(.exception, vector: 14, errorCode: 0xDEAD_BEEF), 0xDEAD_BEEF_8000_0B0E),
            (EventInjection(.exception, vector: 13, errorCode: 0), 0x8000_0B0D),
            (EventInjection(.softwareInterrupt, vector: 0x80), 0x8000_0480),
        ] as [(EventInjection, UInt64)])
    func encoding(event: EventInjection, bits: UInt64) {
        #expect(event.rawValue == bits)
        #expect(event.isValid)
        #expect(EventInjection(rawValue: bits).kind == event.kind)
        #expect(EventInjection(rawValue: bits).vector == event.vector)
    }

    @Test("without the valid bit there is no event; reserved kinds have no name")
    func decoding() {
        #expect(!EventInjection.none.isValid)
        #expect(!EventInjection(rawValue: 0x7FFF_FFFF).isValid)
        for kind in [1, 7] as [UInt64] { #expect(EventInjection(rawValue: 1 << 31 | kind << 8).kind == nil) }
    }

    @Test("the error code is told, and whether there is one")
    func errorCodes() {
        let withCode = EventInjection(.exception, vector: 14, errorCode: 0x8000_0003)
        #expect(withCode.hasErrorCode)
        #expect(withCode.errorCode == 0x8000_0003)
        #expect(EventInjection(.exception, vector: 13, errorCode: 0).hasErrorCode)
        #expect(!EventInjection(.exception, vector: 13).hasErrorCode)
    }

    @Test(
        "a delivery that was interrupted is repeated as it was",
        arguments: [
            EventInjection(.interrupt, vector: 0x30), EventInjection(.nonMaskableInterrupt, vector: 2),
            EventInjection(.exception, vector: 14, errorCode: 5), EventInjection(.exception, vector: 1),
            EventInjection(.exception, vector: 8, errorCode: 0),
        ])
    func repeated(event: EventInjection) {
        #expect(event.forReinjection == event)
    }

    @Test(
        "the delivery of what an instruction asks for is not repeated, as the instruction is",
        arguments: [
            EventInjection(.softwareInterrupt, vector: 0x80), EventInjection(.softwareException, vector: 3),
            EventInjection(.softwareException, vector: 4), EventInjection(.privilegedSoftwareException, vector: 1),
            EventInjection(.exception, vector: 3), EventInjection(.exception, vector: 4),
        ])
    func dropped(event: EventInjection) {
        #expect(event.forReinjection == .none)
    }

    @Test(
        "what is not valid is not repeated, and bit 12, which an exit sets to tell something else, does not come along")
    func bits() {
        #expect(EventInjection.none.forReinjection == .none)
        #expect(EventInjection(rawValue: 0x0000_0B0E).forReinjection == .none)
        #expect(EventInjection(rawValue: 0x8000_1030).forReinjection == .interrupt(0x30))
    }
}
