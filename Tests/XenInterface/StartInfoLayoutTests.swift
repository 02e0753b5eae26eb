// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct StartInfoLayoutTests {
    @Test("StartInfo lies as struct hvm_start_info does")
    func startInfo() {
        expectLayout(
            of: StartInfo.self, size: 56,
            offsets: [
                (\.magic, 0), (\.version, 4), (\.flags, 8), (\.moduleCount, 12), (\.moduleList, 16),
                (\.commandLine, 24), (\.rootSystemDescription, 32), (\.memoryMap, 40), (\.memoryMapCount, 48),
                (\.reserved, 52),
            ])
    }

    @Test("StartInfoModule lies as struct hvm_modlist_entry does")
    func startInfoModule() {
        expectLayout(
            of: StartInfoModule.self, size: 32,
            offsets: [(\.address, 0), (\.size, 8), (\.commandLine, 16), (\.reserved, 24)])
    }

    @Test("StartInfoMemoryRange lies as struct hvm_memmap_table_entry does")
    func startInfoMemoryRange() {
        expectLayout(
            of: StartInfoMemoryRange.self, size: 24,
            offsets: [(\.address, 0), (\.size, 8), (\.kind, 16), (\.reserved, 20)])
    }
}
