// SPDX-License-Identifier: MIT

extension StartOfDay {
    /// The lowest page boundary at or above `address`, which is far from the end of 64 bits.
    static func pageAbove(_ address: UInt64) -> UInt64 {
        (address + GuestPhysicalLayout.pageSize - 1) / GuestPhysicalLayout.pageSize * GuestPhysicalLayout.pageSize
    }

    /// RAM, ACPI tables and special pages. The gap between RAM and tables is left on purpose.
    static func memoryMap(lowMemorySize: UInt64, highMemorySize: UInt64) -> BoundedList<4, MemoryMapEntry> {
        let low = MemoryMapEntry(range: PhysicalRange(address: 0, size: lowMemorySize), kind: .ram)
        var map = BoundedList<4, MemoryMapEntry>(filler: low)
        map.append(low)
        map.append(MemoryMapEntry(range: GuestPhysicalLayout.acpi, kind: .acpiReclaimable))
        map.append(MemoryMapEntry(range: GuestPhysicalLayout.specialPages, kind: .reserved))
        if highMemorySize > 0 {
            let range = PhysicalRange(address: GuestPhysicalLayout.highMemoryStart, size: highMemorySize)
            map.append(MemoryMapEntry(range: range, kind: .ram))
        }
        return map
    }

    /// Gives each module the next free pages above `address`.
    static func placeModules(
        _ sizes: BoundedList<8, UInt64>, above address: UInt64, lowMemorySize: UInt64
    ) throws(StartOfDayError) -> BoundedList<8, PhysicalRange> {
        var modules = BoundedList<8, PhysicalRange>(filler: PhysicalRange(address: 0, size: 0))
        var end = address
        for index in 0..<sizes.count {
            let start = pageAbove(end)
            guard sizes[index] <= GuestPhysicalLayout.lowMemoryLimit,
                start + sizes[index] <= GuestPhysicalLayout.lowMemoryLimit
            else { throw .modulesTooLarge }
            modules.append(PhysicalRange(address: start, size: sizes[index]))
            end = start + sizes[index]
        }
        guard end <= lowMemorySize else { throw .tooLittleMemoryForModules(required: pageAbove(end)) }
        return modules
    }
}
