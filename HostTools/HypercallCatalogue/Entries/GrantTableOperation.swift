// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    static let grantTableOperation = CataloguedHypercall(
        .grantTableOperation, "grant_table_op",
        "Grants: pages that a domain lets another use. The table is of version 1, with at most 64 frames of 512 entries. An "
            + "element's status is 0 or a negative number of its own, not an error of Xen's.",
        arguments: [
            "the operation", "the address of an array of its structures",
            "how many elements; after 64 of them other work has its turn",
        ],
        operations: (table + use + [refused]).sorted { $0.numbers[0] < $1.numbers[0] } + [
            .others(at: .init("GrantTableOperation.swift", "grantTableOperation"))
        ])

    private static let unmapped = CataloguedAnswer.fails(.badAddress, "an element is not mapped, or cannot be written")
    private static let negative = CataloguedAnswer.fails(.invalidArgument, "the count is negative")
    private static let single = CataloguedAnswer.fails(.invalidArgument, "the count is not 1")
    private static let list: [CataloguedAnswer] = [
        .succeeds("each element has its status; an empty array needs no address"), unmapped, negative,
    ]
    private static let okay = CataloguedAnswer.status(.okay, "done")
    private static let noDomain = CataloguedAnswer.status(.badDomain, "no such domain")

    private static func table(_ function: String) -> CataloguedOperation.Handler {
        CataloguedOperation.Handler("GrantTableOperation.swift", function)
    }

    private static let table: [CataloguedOperation] = [
        Operation(
            GrantTableOperation.setupTable, named: "setup_table", taking: GrantTableOperation.SetupTable.self,
            "Grows the table, and tells at which guest frames it is shown.", at: table("setupTable"),
            answers: [
                .succeeds("the status is in the structure"), single, unmapped, okay,
                .status(.generalError, "more than 64 frames"), noDomain,
                .status(.permissionDenied, "another domain than the caller"),
                .status(.badVirtualAddress, "the list of frames is not mapped"), .noMemory("the table"),
            ]),
        Operation(
            GrantTableOperation.querySize, named: "query_size", taking: GrantTableOperation.QuerySize.self,
            "Tells how many frames the table has, and the most it may have.", at: table("querySize"),
            answers: [
                .succeeds("the status is in the structure"), single, unmapped, okay, noDomain,
                .status(.permissionDenied, "another domain than the caller"),
            ]),
        Operation(
            GrantTableOperation.setVersion, named: "set_version", taking: GrantTableOperation.SetVersion.self,
            "Chooses the format of the table. The count is not looked at but for its sign.", at: table("setVersion"),
            answers: [
                .succeeds("version 1 is in use"), .fails(.notImplemented, "version 2"),
                .fails(.invalidArgument, "any other version, or a negative count"), .badPointer,
            ]),
        Operation(
            GrantTableOperation.getVersion, named: "get_version", taking: GrantTableOperation.GetVersion.self,
            "Tells the format of the table.", at: table("getVersion"),
            answers: [
                .succeeds("1 is in the structure"), negative, .noDomain, .otherDomain, .badPointer,
            ]),
    ]

    private static let use: [CataloguedOperation] = [
        Operation(
            GrantTableOperation.map, named: "map_grant_ref", taking: GrantTableOperation.Map.self,
            "Shows the caller a frame that another domain has granted to it, at a guest-physical address. What was there goes.",
            at: .init("GrantTableOperation+Map.swift", "mapGrants"),
            answers: list + [
                okay, noDomain,
                .status(.badReference, "the entry is beyond the table, or the flags ask for no mapping at all"),
                .status(
                    .generalError,
                    "the entry grants nothing, nothing to the caller, or not so much; it is in use by another domain or 128 times; "
                        + "the flags ask for what this kind of domain has not; or the place cannot be mapped"),
                .status(.badPage, "the entry names no memory of its domain"),
                .status(
                    .noDeviceSpace, "no handle is free", unreachable: "there are as many as 32,768, and memory for them"
                ),
                .status(.noSpace, "no frame is free for the note", unreachable: CataloguedAnswer.memoryIsLimited),
            ]),
        Operation(
            GrantTableOperation.unmap, named: "unmap_grant_ref", taking: GrantTableOperation.Unmap.self,
            "Ends a mapping.", at: .init("GrantTableOperation+Map.swift", "unmapGrants"),
            answers: list + [
                .status(.okay, "done; with address 0 nothing is"), .status(.badHandle, "no mapping has this handle"),
                .status(.generalError, "the mapping is not at this address"),
            ]),
        Operation(
            GrantTableOperation.copy, named: "copy", taking: GrantTableOperation.Copy.self,
            "Copies bytes between two pages, each granted to the caller or its own.",
            at: .init("GrantTableOperation+Copy.swift", "copyGrants"),
            answers: list + [
                okay, noDomain, .status(.badReference, "the entry is beyond the table"),
                .status(.generalError, "the entry grants nothing, nothing to the caller, or not so much"),
                .status(.permissionDenied, "a frame is named by its number, and the domain is not `DOMID_SELF`"),
                .status(.badPage, "no memory is there"),
                .status(.badCopyArgument, "the bytes cross the end of a page"),
                .status(.noSpace, "no frame is free for the note", unreachable: CataloguedAnswer.memoryIsLimited),
            ]),
        Operation(
            GrantTableOperation.swapReferences, named: "swap_grant_ref",
            taking: GrantTableOperation.SwapReferences.self,
            "Exchanges two entries of the caller's table.",
            at: .init("GrantTableOperation+Swap.swift", "swapReferences"),
            answers: list + [
                okay, .status(.badReference, "an entry is beyond the table"),
                .status(.tryAgain, "one of them is in use"),
            ]),
    ]

    private static let refused = Operation(
        GrantTableOperation.dumpTable, .transfer, .unmapAndReplace, .getStatusFrames, .cacheFlush,
        named: "dump_table, transfer, unmap_and_replace, get_status_frames, cache_flush",
        "Not for guests of this kind, or not for version 1.", at: table("grantTableOperation"),
        answers: [.fails(.notImplemented, "always")])
}
