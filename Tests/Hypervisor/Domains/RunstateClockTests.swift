// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct RunstateClockTests {
    @Test("time is counted to the state in which it passed, and the four sums make up the whole")
    func sums() {
        var clock = RunstateClock()
        clock.change(to: .runnable, at: 100)
        clock.change(to: .running, at: 130)
        clock.change(to: .blocked, at: 200)
        clock.change(to: .running, at: 1000)
        clock.change(to: .offline, at: 1001)
        let info = clock.current(at: 1500)
        #expect(info.offlineTime == 100 + 499)
        #expect(info.runnableTime == 30)
        #expect(info.runningTime == 70 + 1)
        #expect(info.blockedTime == 800)
        #expect(info.offlineTime + info.runnableTime + info.runningTime + info.blockedTime == 1500)
        #expect(info.state == Runstate.offline.rawValue)
        #expect(info.entryTime == 1500)
    }

    @Test("looking does not change the sums")
    func looking() {
        var clock = RunstateClock()
        clock.change(to: .running, at: 10)
        _ = clock.current(at: 500)
        #expect(clock.info.runningTime == 0)
        #expect(clock.current(at: 20).runningTime == 10)
    }

    @Test("a time before the last change counts nothing and does not go back")
    func backwards() {
        var clock = RunstateClock()
        clock.change(to: .running, at: 1000)
        clock.change(to: .blocked, at: 400)
        #expect(clock.info.runningTime == 0)
        #expect(clock.info.entryTime == 1000)
    }

    @Test("the guest's copy may lie across two pages, at every split")
    func areaAcrossPages() throws {
        let map = try TestMap(TestArena(bytes: 1 << 20))
        try map.mapMemory(0)
        try map.mapMemory(1)
        var info = RunstateInfo()
        info.state = 3
        info.offlineTime = 0x1122_3344_5566_7788
        for first in UInt64(1)...48 {
            let start = 0x1000 - first
            let second = GuestPhysicalAddress(0x1000)
            GuestArea(first: GuestPhysicalAddress(start), firstCount: first, second: second).write(info, in: map.tables)
            let bytes = (0..<48).map { map.read(UInt8.self, at: start + $0) ?? 0xEE }
            #expect(bytes[0] == 3)
            #expect(Array(bytes[40...]) == [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11])
        }
    }

    @Test("a piece whose memory the guest has given away is left out, and the other is written")
    func areaGivenAway() throws {
        let map = try TestMap(TestArena(bytes: 1 << 20))
        try map.mapMemory(1)
        var info = RunstateInfo()
        info.offlineTime = 7
        let area = GuestArea(
            first: GuestPhysicalAddress(0xFE0), firstCount: 32, second: GuestPhysicalAddress(0x1000))
        area.write(info, in: map.tables)
        #expect(map.read(UInt64.self, at: 0x1008) == 7)
        try map.unmap(1)
        area.write(info, in: map.tables)
    }
}
