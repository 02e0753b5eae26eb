// SPDX-License-Identifier: MIT
import Machine

/// What Swift's runtime calls for memory.
@c(posix_memalign)
public func posixMemoryAlign(
    _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: UInt, _ size: UInt
) -> Int32 {
    let address = alignment <= 16 ? Heap.allocate(UInt64(size)) : 0
    // SAFETY: the caller passes a place for one pointer.
    unsafe result.pointee = UnsafeMutableRawPointer(bitPattern: UInt(address))
    return address == 0 ? 12 : 0
}

/// What Swift's runtime calls to give memory back, under the name `free`, which only assembly may define.
@c(heap_free)
public func freeMemory(_ pointer: UnsafeMutableRawPointer?) {
    guard let pointer = unsafe pointer else { return }
    Heap.free(UInt64(UInt(bitPattern: pointer)))
}
