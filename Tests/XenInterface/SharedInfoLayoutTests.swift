// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// The shared info page against `struct shared_info` as a C compiler lays it out for either word size.
struct SharedInfoLayoutTests {
    @Test("A 64-bit guest's page")
    func bits64() {
        let layout = SharedInfoLayout.bits64
        #expect(layout.vcpu.size * layout.legacyVCPUCount == layout.eventPending)
        #expect(layout.eventPending == 2048)
        #expect(layout.eventMask == 2560)
        #expect(layout.wallClockVersion == 3072)
        #expect(layout.wallClockSeconds == 3076)
        #expect(layout.wallClockNanoseconds == 3080)
        #expect(layout.wallClockSecondsHigh == 3084)
        #expect(layout.maximumFrame == 3088)
        #expect(layout.frameListList == 3096)
        #expect(layout.nmiReason == 3104)
        #expect(layout.size == 3136)
        #expect(layout.eventChannelCount == 4096)
    }

    @Test("A 32-bit guest's page")
    func bits32() {
        let layout = SharedInfoLayout.bits32
        #expect(layout.vcpu.size * layout.legacyVCPUCount == layout.eventPending)
        #expect(layout.eventPending == 2048)
        #expect(layout.eventMask == 2176)
        #expect(layout.wallClockVersion == 2304)
        #expect(layout.wallClockSeconds == 2308)
        #expect(layout.wallClockNanoseconds == 2312)
        #expect(layout.wallClockSecondsHigh == 2340)
        #expect(layout.maximumFrame == 2316)
        #expect(layout.frameListList == 2320)
        #expect(layout.nmiReason == 2324)
        #expect(layout.size == 2344)
        #expect(layout.eventChannelCount == 1024)
    }

    @Test("The pending and mask bits of all event channels fit between their offsets", arguments: [8, 4])
    func bitmapsFit(wordSize: Int) {
        let layout: SharedInfoLayout = wordSize == 8 ? .bits64 : .bits32
        #expect(layout.wordSize == wordSize)
        #expect(layout.eventMask - layout.eventPending == layout.eventChannelCount / 8)
        #expect(layout.wallClockVersion - layout.eventMask == layout.eventChannelCount / 8)
    }

    @Test("A vCPU's information")
    func vcpuInfo() {
        #expect(VCPUInfoLayout.bits64.pendingSelector == 8)
        #expect(VCPUInfoLayout.bits32.pendingSelector == 4)
        #expect(VCPUInfoLayout.bits64.time + MemoryLayout<VCPUTimeInfo>.size == VCPUInfoLayout.bits64.size)
    }

    @Test("The console ring is full to its indices")
    func consoleRing() {
        #expect(ConsoleRingLayout.output == ConsoleRingLayout.inputSize)
        #expect(ConsoleRingLayout.inputConsumer == ConsoleRingLayout.output + ConsoleRingLayout.outputSize)
        #expect(ConsoleRingLayout.outputProducer == 3084)
    }
}
