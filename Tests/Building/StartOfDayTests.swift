// SPDX-License-Identifier: MIT

import Building
import SeededRandom
import Testing

@Suite("Start of day: the plan of a guest's memory")
struct StartOfDayTests {
    @Test("memory below the limit is one region from 0")
    func lowMemory() throws {
        let plan = try TestGuest(memory: (128 << 20) + 4095).plan()
        #expect(plan.lowMemorySize == 128 << 20)
        #expect(plan.highMemorySize == 0)
        #expect(plan.memoryMap.count == 3)
        #expect(plan.memoryMap[0] == MemoryMapEntry(address: 0, size: 128 << 20, kind: .ram))
        #expect(plan.memoryMap[1] == MemoryMapEntry(address: 0xFC00_0000, size: 0x1000, kind: .acpiReclaimable))
        #expect(plan.memoryMap[2] == MemoryMapEntry(address: 0xFEFF_8000, size: 0x8000, kind: .reserved))
    }

    @Test("what does not fit below 3840 MiB continues at 4 GiB")
    func highMemory() throws {
        let plan = try TestGuest(memory: 5 << 30).plan()
        #expect(plan.lowMemorySize == 0xF000_0000)
        #expect(plan.lowMemorySize + plan.highMemorySize == 5 << 30)
        #expect(plan.memoryMap.count == 4)
        #expect(plan.memoryMap[3] == MemoryMapEntry(address: 1 << 32, size: plan.highMemorySize, kind: .ram))
    }

    @Test("special pages have the frames that Xen's toolstack gives them")
    func specialPages() {
        #expect(SpecialPage.allCases.count == 8)
        #expect(SpecialPage.paging.frame == 0xFEFF8)
        #expect(SpecialPage.xenstore.frame == 0xFEFFC)
        #expect(SpecialPage.console.frame == 0xFEFFF)
    }

    @Test("the block of start information is above the image, and the modules above it, each on a page of its own")
    func order() throws {
        let plan = try TestGuest(modules: [5000, 1, 0, 4096]).plan()
        #expect(plan.startInfoAddress == 0x12_4000)
        #expect(plan.moduleListAddress == 0x12_4000 + 56)
        #expect(plan.memoryMapAddress == plan.moduleListAddress + 4 * 32)
        #expect(plan.commandLineAddress == plan.memoryMapAddress + 3 * 24)
        let starts = (0..<plan.modules.count).map { plan.modules[$0].address }
        #expect(starts == [0x12_5000, 0x12_7000, 0x12_8000, 0x12_8000])
        #expect(plan.modules[3] == PhysicalRange(address: 0x12_8000, size: 4096))
    }

    @Test("an image at address 0 is legal")
    func imageAtZero() throws {
        let plan = try TestGuest(imageAddress: 0, imageSize: 0x7_15A0).plan()
        #expect(plan.startInfoAddress == 0x7_2000)
    }

    @Test("what is not there has address 0")
    func absent() throws {
        let plan = try TestGuest(commandLine: []).plan()
        #expect(plan.moduleListAddress == 0)
        #expect(plan.commandLineAddress == 0)
    }

    @Test("a guest with exactly enough memory for its image fits, one page less does not")
    func memoryForImage() throws {
        var guest = TestGuest(memory: 0x12_5000)
        _ = try guest.plan()
        guest.memory = 0x12_4FFF
        #expect(throws: StartOfDayError.tooLittleMemoryForImage(required: 0x12_5000)) { try guest.plan() }
        guest.memory = 0
        #expect(throws: StartOfDayError.tooLittleMemoryForImage(required: 0x12_5000)) { try guest.plan() }
    }

    @Test("a guest with exactly enough memory for its modules fits, one page less does not")
    func memoryForModules() throws {
        var guest = TestGuest(memory: 0x12_7000, modules: [5000])
        _ = try guest.plan()
        guest.memory = 0x12_6000
        let error = StartOfDayError.tooLittleMemoryForModules(required: 0x12_7000)
        #expect(throws: error) { try guest.plan() }
        #expect(error.requiredMemory == 0x12_7000)
        #expect("\(error.message)".contains("raise memory="))
    }

    @Test("a ramdisk may be larger than 1 GiB, since the start information is below it")
    func largeModule() throws {
        let plan = try TestGuest(memory: 4 << 30, modules: [2 << 30]).plan()
        #expect(plan.modules[0].endAddress <= plan.lowMemorySize)
        #expect(plan.commandLineAddress < 1 << 30)
    }

    @Test("absurd sizes are refused, without overflow")
    func absurd() {
        #expect(throws: StartOfDayError.modulesTooLarge) { try TestGuest(modules: [UInt64.max]).plan() }
        #expect(throws: StartOfDayError.modulesTooLarge) { try TestGuest(modules: [3 << 30, 3 << 30]).plan() }
        #expect(throws: StartOfDayError.tooMuchMemory) { try TestGuest(memory: UInt64.max).plan() }
        #expect(throws: StartOfDayError.imageTooHigh) { try TestGuest(imageSize: 1 << 30).plan() }
        #expect(throws: StartOfDayError.imageTooHigh) { try TestGuest(imageAddress: 0xFFFF_0000, imageSize: 64).plan() }
        let long = Array(repeating: UInt8(0x61), count: 4097)
        #expect(throws: StartOfDayError.commandLineTooLong) { try TestGuest(commandLine: long).plan() }
        #expect(throws: StartOfDayError.wrongVCPUCount) { try TestGuest(vCPUCount: 0).plan() }
        #expect(throws: StartOfDayError.wrongVCPUCount) { try TestGuest(vCPUCount: 129).plan() }
    }

    @Test("in 2 000 random guests that fit, no two things share a byte and all lies in RAM")
    func random() throws {
        var random = SeededRandom(seed: 4)
        var planned = 0
        for _ in 0..<2000 {
            let guest = TestGuest(
                memory: UInt64.random(in: 0...(6 << 30), using: &random),
                imageAddress: UInt64.random(in: 0...(1 << 30), using: &random),
                imageSize: UInt64.random(in: 64...(64 << 20), using: &random),
                modules: (0..<Int.random(in: 0...8, using: &random)).map { _ in
                    UInt64.random(in: 0...(256 << 20), using: &random)
                })
            guard let plan = try? guest.plan() else { continue }
            planned += 1
            var end = guest.imageAddress + guest.imageSize
            #expect(plan.startInfoAddress >= end)
            end = plan.commandLineAddress + UInt64(guest.commandLine.count) + 1
            for index in 0..<plan.modules.count {
                #expect(plan.modules[index].address >= end && plan.modules[index].address % 4096 == 0)
                end = plan.modules[index].endAddress
            }
            #expect(end <= plan.lowMemorySize && plan.lowMemorySize <= 0xF000_0000)
        }
        #expect((500..<2000).contains(planned))
    }
}

extension MemoryMapEntry {
    fileprivate init(address: UInt64, size: UInt64, kind: Kind) {
        self.init(range: PhysicalRange(address: address, size: size), kind: kind)
    }
}
