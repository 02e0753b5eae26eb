// SPDX-License-Identifier: MIT
import Architecture

/// The exception that an instruction ends in instead of completing.
struct InstructionFault: Error, Equatable {
    let exception: Exception
    var errorCode: UInt32 = 0
    /// Of a page fault: the linear address, which goes to CR2.
    var address: UInt64 = 0

    init(_ exception: Exception) { self.exception = exception }

    /// A page fault. (AMD APM vol. 2 §8.4.2)
    init(at address: GuestLinearAddress, _ access: MemoryAccess, isPresent: Bool, reportsFetches: Bool) {
        exception = .page
        self.address = address.value
        if isPresent { errorCode |= 1 << 0 }
        if access.contains(.write) { errorCode |= 1 << 1 }
        if access.contains(.user) { errorCode |= 1 << 2 }
        if access.contains(.fetch) && reportsFetches { errorCode |= 1 << 4 }
    }
}
