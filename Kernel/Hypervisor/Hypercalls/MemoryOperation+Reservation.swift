// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// How many frames are handled before other work has its turn. An extent, which has no more, is not interrupted.
    private var framesPerTurn: UInt64 { 512 }

    /// `XENMEM_populate_physmap`: gives memory to guest frames that have none. Returns how many extents got some.
    func populate(_ call: Hypercall, from start: UInt64) throws(XenError) -> Int64 {
        // What the caller has given back just now may be in use elsewhere, and counts then.
        settle(call.domain)
        return try forEachExtent(call, from: start) { (domain, first, order) in
            let count = UInt64(1) &<< UInt64(order)
            guard domain.physicalMap.chargedFrameCount &+ count <= domain.maximumFrameCount else { return false }
            for offset in 0..<count where domain.physicalMap.lookup(first.advanced(by: offset)) != nil { return false }
            return self.addMemory(to: domain, at: first, count: count)
        }
    }

    /// Gives memory to all of so many guest frames in a row, or to none of them.
    private func addMemory(to domain: Domain, at first: GuestFrame, count: UInt64) -> Bool {
        for offset in 0..<count {
            do throws(XenError) {
                try addMemory(to: domain, at: first.advanced(by: offset))
            } catch {
                for done in 0..<offset { try? unmap(first.advanced(by: done), of: domain) }
                return false
            }
        }
        return true
    }

    /// `XENMEM_decrease_reservation`: takes memory away. Returns how many extents had some.
    func decrease(_ call: Hypercall, from start: UInt64) throws(XenError) -> Int64 {
        try forEachExtent(call, from: start) { (domain, first, order) in
            for offset in 0..<UInt64(1) &<< UInt64(order) {
                let frame = first.advanced(by: offset)
                guard domain.physicalMap.lookup(frame)?.use == .ram else { return false }
                do throws(XenError) { try self.unmap(frame, of: domain) } catch { return false }
            }
            return true
        }
    }

    /// `XENMEM_increase_reservation` gives memory that is nowhere mapped: of no use to a domain whose memory is translated, and
    /// more than it may have. Whatever the arguments say, none is given.
    func increase(from start: UInt64) -> Int64 { Int64(bitPattern: start) }

    /// Calls `body` for the extents from `start` on, until it refuses one. Returns how many are done in all. Arguments that are
    /// not mapped, and other domains than the caller, are no error: nothing is done.
    private func forEachExtent(
        _ call: Hypercall, from start: UInt64, _ body: (Domain, GuestFrame, UInt32) -> Bool
    ) throws(XenError) -> Int64 {
        guard let arguments = try? call.read(MemoryOperation.Reservation.self, at: call.argument2),
            call.domain.isNamed(by: arguments.domain)
        else { return Int64(bitPattern: start) }
        guard start < arguments.extentCount, arguments.extentCount <= UInt64(UInt32.max &>> 6),
            arguments.extentOrder <= MemoryOperation.maximumOrder
        else { return Int64(bitPattern: start) }
        var done = start
        var budget = framesPerTurn
        let size = UInt64(1) &<< UInt64(arguments.extentOrder)
        while done < arguments.extentCount {
            if budget < size {
                call.replaceArgument1(call.argument1 & 0x3F | done &<< 6)
                throw .restart
            }
            guard let first = try? call.readLong(at: arguments.extentStart, index: done) else { break }
            guard body(call.domain, GuestFrame(first), arguments.extentOrder) else { break }
            budget &-= size
            done &+= 1
        }
        return Int64(bitPattern: done)
    }

    /// Gives a frame of zeros to a guest frame that has none.
    ///
    /// - Throws: `.outOfMemory` when no frame is free, and what mapping throws.
    func addMemory(to domain: Domain, at frame: GuestFrame) throws(XenError) {
        guard let memory = allocator.takeFrame() else { throw .outOfMemory }
        PhysicalMemory.fill(memory)
        do throws(XenError) {
            try domain.physicalMap.map(frame, to: memory, use: .ram)
        } catch {
            allocator.free(memory)
            throw error
        }
    }
}
