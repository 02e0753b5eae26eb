// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// What a 32-bit caller passes and gets back.
struct CompatTests {
    @Test("A 32-bit caller's fields are zero-extended, never sign-extended")
    func widensWithZeros() {
        var compat = MemoryOperation.Reservation.Compat()
        compat.extentStart = 0xFFFF_F000
        compat.extentCount = 0x8000_0000
        compat.extentOrder = 9
        compat.domain = .caller
        let wide = MemoryOperation.Reservation(compat)
        #expect(wide.extentStart == 0xFFFF_F000)
        #expect(wide.extentCount == 0x8000_0000)
        #expect(wide.extentOrder == 9)
        #expect(wide.domain == .caller)
    }

    @Test("Narrowing keeps the low 32 bits")
    func narrows() {
        let call = MemoryOperation.MemoryMap(entryCount: 7, buffer: 0x1_2345_6789)
        #expect(call.compat.entryCount == 7)
        #expect(call.compat.buffer == 0x2345_6789)
    }

    @Test("64-bit numbers survive the way through a 32-bit caller's layout")
    func keepsPackedNumbers() {
        let timer = VCPUOperation.SetSingleshotTimer(timeout: 0x1234_5678_9ABC_DEF0, flags: 1)
        #expect(timer.compat.timeout.low == 0x9ABC_DEF0)
        #expect(timer.compat.timeout.high == 0x1234_5678)
        #expect(VCPUOperation.SetSingleshotTimer(timer.compat).timeout == timer.timeout)

        var runstate = RunstateInfo()
        runstate.entryTime = RunstateInfo.updateFlag | 5
        runstate.offlineTime = UInt64.max
        #expect(RunstateInfo(runstate.compat).entryTime == runstate.entryTime)
        #expect(RunstateInfo(runstate.compat).offlineTime == UInt64.max)
    }

    @Test("Structures within structures are widened too")
    func widensNested() {
        var compat = GrantTableOperation.Copy.Compat()
        compat.source.target = 0xFFFF_FFFF
        compat.destination.offset = 4095
        compat.status = -10
        let wide = GrantTableOperation.Copy(compat)
        #expect(wide.source.target == 0xFFFF_FFFF)
        #expect(wide.destination.offset == 4095)
        #expect(wide.status == GrantStatus.badCopyArgument.rawValue)
    }

    @Test("Where both callers use one layout nothing changes")
    func identity() {
        let send = EventChannelOperation.Send(port: EventChannelPort(rawValue: 0xFFFF_FFFF))
        #expect(EventChannelOperation.Send(send.compat).port == send.port)
    }
}
