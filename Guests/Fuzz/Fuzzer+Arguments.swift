// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// The arguments of a call: the operation, counts, and a pointer to structures that have just been written, or to somewhere.
extension Fuzzer {
    /// - Parameter slot: which piece of the vCPU's first page is used, of 16; a list of calls needs several.
    mutating func arguments(
        of operation: Operation, slot: UInt64, is64Bit: Bool
    ) -> (UInt64, UInt64, UInt64) {
        switch operation.hypercall {
        case .memoryOperation:
            let start = random.oneIn(16) ? random.below(200) &<< 6 : 0
            return (operation.operation | start, structure(operation, slot, 1, is64Bit), 0)
        case .grantTableOperation: return grantArguments(operation, slot, is64Bit)
        case .vcpuOperation: return vcpuArguments(operation, slot, is64Bit)
        case .schedulerOperation where operation.operation != UInt64(SchedulerOperation.poll.rawValue):
            // What is read by chance could end the guest.
            return (operation.operation, place(operation, slot, 1, is64Bit), 0)
        case .schedulerOperation: return (operation.operation, pollArgument(operation, slot, is64Bit), 0)
        case .multicall: return multicallArguments(slot, is64Bit)
        case .setTimerOperation: return (random.oneIn(2) ? random.next() : random.below(1 << 40), 0, 0)
        case .consoleIO: return consoleArguments()
        case .vmAssist: return (random.below(4), random.below(8), 0)
        case .eventChannelOperation, .hvmOperation, .xenVersion:
            return (operation.operation, structure(operation, slot, 1, is64Bit), 0)
        default: return (structure(operation, slot, 1, is64Bit), random.wild(), structure(operation, slot, 1, is64Bit))
        }
    }

    private mutating func grantArguments(
        _ operation: Operation, _ slot: UInt64, _ is64Bit: Bool
    ) -> (UInt64, UInt64, UInt64) {
        if random.oneIn(32) {
            // A count without bounds goes with a place from which it is not far to the end of memory.
            return (
                operation.operation, ground.end &- random.below(2048),
                random.oneIn(8) ? random.wild() : random.below(400)
            )
        }
        let count = random.oneIn(2) ? 1 : random.below(5)
        return (operation.operation, structure(operation, slot, count, is64Bit), count)
    }

    private mutating func vcpuArguments(
        _ operation: Operation, _ slot: UInt64, _ is64Bit: Bool
    ) -> (UInt64, UInt64, UInt64) {
        var target = random.oneIn(16) ? random.wild() : random.below(ground.vcpuCount)
        let isDown = operation.operation == UInt64(VCPUOperation.down.rawValue)
        if isDown && target & 0xFFFF_FFFF == 0 { target = ground.vcpuCount }
        return (operation.operation, target, structure(operation, slot, 1, is64Bit))
    }

    /// The first vCPU polls until a time that has passed.
    private mutating func pollArgument(_ operation: Operation, _ slot: UInt64, _ is64Bit: Bool) -> UInt64 {
        let place = place(operation, slot, 1, is64Bit)
        if vcpu == 0 { Memory.store64(1, at: place &+ (is64Bit ? 16 : 8)) }
        return place
    }

    private mutating func consoleArguments() -> (UInt64, UInt64, UInt64) {
        switch random.below(4) {
        case 0: (0, random.wild(), 0x1_0000_0000)
        case 1: (random.wild() | 1, random.wild(), values.wildPointer(&random))
        default: (0, random.below(3), ground.arguments(of: vcpu))
        }
    }

    /// A list of calls in the vCPU's second page.
    private mutating func multicallArguments(_ slot: UInt64, _ is64Bit: Bool) -> (UInt64, UInt64, UInt64) {
        // A list within a list is refused: it need not be written.
        guard slot == 0, !random.oneIn(16) else { return (values.wildPointer(&random), random.below(40), 0) }
        let list = ground.arguments(of: vcpu) &+ Memory.pageSize
        let count = 1 &+ random.below(8)
        for index in 0..<count {
            let operation = Operation.any(&random)
            let isUsable = operation.hypercall != .schedulerOperation
            let entry = arguments(of: operation, slot: 1 &+ index, is64Bit: is64Bit)
            let place = list &+ index &* (is64Bit ? 64 : 32)
            var writer = ArgumentWriter(at: place, values, is64Bit: is64Bit, &random)
            writer.writeLong(isUsable ? operation.number : UInt64(HypercallNumber.xenVersion.rawValue))
            writer.writeLong(0)
            writer.writeLong(entry.0)
            writer.writeLong(entry.1)
            writer.writeLong(entry.2)
        }
        return (list, count, 0)
    }

    /// A pointer to structures of the operation; one in eight leads elsewhere.
    private mutating func structure(
        _ operation: Operation, _ slot: UInt64, _ count: UInt64, _ is64Bit: Bool
    ) -> UInt64 {
        let place = place(operation, slot, count, is64Bit)
        return random.oneIn(8) ? values.wildPointer(&random) : place
    }

    /// Writes the structures; some lie across the end of the page.
    private mutating func place(
        _ operation: Operation, _ slot: UInt64, _ count: UInt64, _ is64Bit: Bool
    ) -> UInt64 {
        let page = ground.arguments(of: vcpu)
        let isCrossing = slot == 0 && random.oneIn(16)
        let start = isCrossing ? page &+ Memory.pageSize &- 8 &- random.below(4) &* 8 : page &+ (slot & 15) &* 256
        var writer = ArgumentWriter(at: start, values, is64Bit: is64Bit, &random)
        for _ in 0..<count { writer.write(operation.shape) }
        return start
    }
}
