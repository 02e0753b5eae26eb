// SPDX-License-Identifier: MIT
import Testing
import XenInterface

/// Sizes and offsets as a C compiler gives them for the Xen public headers.
struct XenVersionLayoutTests {
    @Test("MulticallEntry lies as struct multicall_entry does")
    func multicallEntry() {
        expectLayout(
            of: MulticallEntry.self, size: 64,
            offsets: [
                (\.operation, 0), (\.result, 8), (\.argument0, 16), (\.argument1, 24), (\.argument2, 32),
                (\.argument3, 40), (\.argument4, 48), (\.argument5, 56),
            ])
        expectLayout(
            of: MulticallEntry.Compat.self, size: 32,
            offsets: [
                (\.operation, 0), (\.result, 4), (\.argument0, 8), (\.argument1, 12), (\.argument2, 16),
                (\.argument3, 20), (\.argument4, 24), (\.argument5, 28),
            ])
    }

    @Test("PlatformParameters lies as struct xen_platform_parameters does")
    func platformParameters() {
        expectLayout(of: XenVersionOperation.PlatformParameters.self, size: 8, offsets: [(\.virtualStart, 0)])
        expectLayout(of: XenVersionOperation.PlatformParameters.Compat.self, size: 4, offsets: [(\.virtualStart, 0)])
    }

    @Test("Features lies as struct xen_feature_info does")
    func features() {
        expectLayout(of: XenVersionOperation.Features.self, size: 8, offsets: [(\.submap, 0), (\.features, 4)])
    }

    @Test("BuildIdentifier lies as struct xen_build_id does")
    func buildIdentifier() {
        expectLayout(of: XenVersionOperation.BuildIdentifier.self, size: 4, offsets: [(\.length, 0)])
    }
}
