// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct GrantTableLayoutTests {
    @Test("Map lies as struct gnttab_map_grant_ref does")
    func map() {
        expectLayout(
            of: GrantTableOperation.Map.self, size: 32,
            offsets: [
                (\.hostAddress, 0), (\.flags, 8), (\.reference, 12), (\.domain, 16), (\.status, 18), (\.handle, 20),
                (\.deviceAddress, 24),
            ])
    }

    @Test("Unmap lies as struct gnttab_unmap_grant_ref does")
    func unmap() {
        expectLayout(
            of: GrantTableOperation.Unmap.self, size: 24,
            offsets: [(\.hostAddress, 0), (\.deviceAddress, 8), (\.handle, 16), (\.status, 20)])
    }

    @Test("CopyPointer lies as struct gnttab_copy_ptr does")
    func copyPointer() {
        expectLayout(
            of: GrantTableOperation.CopyPointer.self, size: 16, offsets: [(\.target, 0), (\.domain, 8), (\.offset, 10)])
        expectLayout(
            of: GrantTableOperation.CopyPointer.Compat.self, size: 8,
            offsets: [(\.target, 0), (\.domain, 4), (\.offset, 6)])
    }

    @Test("Copy lies as struct gnttab_copy does")
    func copy() {
        expectLayout(
            of: GrantTableOperation.Copy.self, size: 40,
            offsets: [(\.source, 0), (\.destination, 16), (\.length, 32), (\.flags, 34), (\.status, 36)])
        expectLayout(
            of: GrantTableOperation.Copy.Compat.self, size: 24,
            offsets: [(\.source, 0), (\.destination, 8), (\.length, 16), (\.flags, 18), (\.status, 20)])
    }

    @Test("SetupTable lies as struct gnttab_setup_table does")
    func setupTable() {
        expectLayout(
            of: GrantTableOperation.SetupTable.self, size: 24,
            offsets: [(\.domain, 0), (\.frameCount, 4), (\.status, 8), (\.frameList, 16)])
        expectLayout(
            of: GrantTableOperation.SetupTable.Compat.self, size: 16,
            offsets: [(\.domain, 0), (\.frameCount, 4), (\.status, 8), (\.frameList, 12)])
    }

    @Test("DumpTable lies as struct gnttab_dump_table does")
    func dumpTable() {
        expectLayout(of: GrantTableOperation.DumpTable.self, size: 4, offsets: [(\.domain, 0), (\.status, 2)])
    }

    @Test("QuerySize lies as struct gnttab_query_size does")
    func querySize() {
        expectLayout(
            of: GrantTableOperation.QuerySize.self, size: 16,
            offsets: [(\.domain, 0), (\.frameCount, 4), (\.maximumFrameCount, 8), (\.status, 12)])
    }

    @Test("SetVersion lies as struct gnttab_set_version does")
    func setVersion() {
        expectLayout(of: GrantTableOperation.SetVersion.self, size: 4, offsets: [(\.version, 0)])
    }

    @Test("GetStatusFrames lies as struct gnttab_get_status_frames does")
    func getStatusFrames() {
        expectLayout(
            of: GrantTableOperation.GetStatusFrames.self, size: 16,
            offsets: [(\.frameCount, 0), (\.domain, 4), (\.status, 6), (\.frameList, 8)])
        expectLayout(
            of: GrantTableOperation.GetStatusFrames.Compat.self, size: 12,
            offsets: [(\.frameCount, 0), (\.domain, 4), (\.status, 6), (\.frameList, 8)])
    }

    @Test("GetVersion lies as struct gnttab_get_version does")
    func getVersion() {
        expectLayout(of: GrantTableOperation.GetVersion.self, size: 8, offsets: [(\.domain, 0), (\.version, 4)])
    }

    @Test("SwapReferences lies as struct gnttab_swap_grant_ref does")
    func swapReferences() {
        expectLayout(
            of: GrantTableOperation.SwapReferences.self, size: 12,
            offsets: [(\.first, 0), (\.second, 4), (\.status, 8)])
    }

    @Test("GrantEntry lies as struct grant_entry_v1 does")
    func grantEntry() {
        expectLayout(of: GrantEntry.self, size: 8, offsets: [(\.flags, 0), (\.domain, 2), (\.guestFrame, 4)])
    }
}
