// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Hypervisor
import Machine

/// Memory below 1 MiB is left alone: firmware, loader and devices have their places there.
private let lowestAddress: UInt64 = 1 << 20
/// The heap for domains, virtual CPUs and their tables: enough for 64 domains and 512 virtual CPUs.
private let heapSize: UInt64 = 1 << 20

/// Finds the machine's memory, and room in it for the heap and the bitmap of free frames; everything else that the loader has
/// not filled is free.
func prepareMemory(_ boot: BootInformation) -> FrameAllocator {
    var highest: UInt64 = 0
    var available: UInt64 = 0
    boot.forEachMemoryRange { range in
        guard range.isAvailable else { return }
        highest = max(highest, range.end)
        available &+= range.end &- range.start
    }
    let frameCount = highest / frameSize
    let bitmapSize = FrameAllocator.bitmapSize(frameCount: frameCount) &* frameSize
    let place = findRoom(heapSize &+ bitmapSize, boot)
    Heap.initialise(at: place, size: heapSize)
    let allocator = FrameAllocator(
        bitmap: HostPhysicalAddress(place &+ heapSize).frame, frameCount: frameCount)
    boot.forEachMemoryRange { range in
        let start = (max(range.start, lowestAddress) &+ frameSize &- 1) / frameSize
        if range.isAvailable { allocator.release(from: HostFrame(start), to: HostFrame(range.end / frameSize)) }
    }
    forEachUsedRange(boot) { start, end in
        allocator.reserve(from: HostFrame(start / frameSize), to: HostFrame((end &+ frameSize &- 1) / frameSize))
    }
    allocator.reserve(
        from: HostFrame(place / frameSize), to: HostFrame((place &+ heapSize &+ bitmapSize) / frameSize))
    Log.info("memory: \(available >> 20) MiB found, \(allocator.freeCount >> 8) MiB free")
    return allocator
}

/// The kernel, and what the loader has filled.
private func forEachUsedRange(_ boot: BootInformation, _ body: (UInt64, UInt64) -> Void) {
    body(kernel_layout.text_start, kernel_layout.data_end)
    boot.forEachLoadedRange(body)
}

/// The lowest page-aligned room of `size` bytes, in memory that is available, below 4 GiB, and not in use.
private func findRoom(_ size: UInt64, _ boot: BootInformation) -> UInt64 {
    var place = lowestAddress
    var isFree = false
    while !isFree {
        isFree = true
        forEachUsedRange(boot) { start, end in
            if start < place &+ size && place < end {
                place = (end &+ frameSize &- 1) & ~(frameSize &- 1)
                isFree = false
            }
        }
    }
    var isAvailable = false
    boot.forEachMemoryRange { range in
        if range.isAvailable && range.start <= place && place &+ size <= range.end { isAvailable = true }
    }
    guard isAvailable else {
        Log.write("FATAL no \(size >> 10) KiB of free memory in a row for the hypervisor's tables")
        Shutdown.hypervisorFailed.perform()
    }
    return place
}

/// Changes from the page tables of boot/entry.asm to the kernel's own.
func enterPageTables(_ boot: BootInformation, _ memory: FrameAllocator) -> KernelPageTables {
    let tables = KernelPageTables { takeFrames(1, from: memory).address.value }
    let layout = kernel_layout
    // The first page stays unmapped, so that null pointers fault.
    tables.map(from: frameSize, to: layout.text_start, [.writable, .noExecute])
    tables.map(from: layout.text_start, to: layout.text_end, [])
    tables.map(from: layout.text_end, to: layout.constants_end, [.noExecute])
    let boundary = (layout.data_end &+ 0x1F_FFFF) & ~0x1F_FFFF
    var page = layout.constants_end
    while page < boundary {
        tables.map(from: page, to: page &+ frameSize, [.writable, .noExecute])
        page &+= frameSize
    }
    tables.unmap(layout.stack_guard)
    tables.unmap(layout.fault_stack_guard)
    boot.forEachMemoryRange { range in
        if range.end > boundary {
            tables.map(from: max(range.start, boundary), to: range.end, [.writable, .noExecute])
        }
    }
    tables.map(
        from: LocalAPIC.page.value, to: LocalAPIC.page.value &+ frameSize, [.writable, .noExecute, .uncached])
    tables.load()
    Log.info(
        "paging: own page tables; code \(hex: layout.text_start) to \(hex: layout.text_end), stack guards in place")
    return tables
}

/// The first of so many zeroed frames in a row.
func takeFrames(_ count: UInt64, from memory: FrameAllocator) -> HostFrame {
    guard let first = memory.takeFrames(count) else {
        Log.write("FATAL the machine has too little memory for the hypervisor itself")
        Shutdown.hypervisorFailed.perform()
    }
    for index in 0..<count { PhysicalMemory.fill(first.advanced(by: index)) }
    return first
}
