// SPDX-License-Identifier: MIT
import XenInterface

private typealias Operation = CataloguedOperation

extension HypercallCatalogue {
    static let xenVersion = CataloguedHypercall(
        .xenVersion, "xen_version", "What the hypervisor is. Texts fill their buffer to its end with zeros.",
        arguments: ["the operation", "the address of a buffer"],
        operations: numbers + texts + [.others(at: version())])

    private static func version(_ function: String = "xenVersion") -> CataloguedOperation.Handler {
        CataloguedOperation.Handler("XenVersion.swift", function)
    }

    private static let unmapped = CataloguedAnswer.fails(.badAddress, "the buffer is not mapped, or cannot be written")

    private static let numbers: [CataloguedOperation] = [
        Operation(
            XenVersionOperation.version, named: "version", "The version of the interface.", at: version(),
            answers: [.succeeds("0x00040011: 4.17")]),
        Operation(
            XenVersionOperation.platformParameters, named: "platform_parameters",
            taking: XenVersionOperation.PlatformParameters.self,
            "Where the hypervisor lies in the address space: nowhere.",
            at: version(), answers: [.succeeds("one word of 0"), unmapped]),
        Operation(
            XenVersionOperation.getFeatures, named: "get_features", taking: XenVersionOperation.Features.self,
            "The flags of submap 0.", at: version("getFeatures"),
            answers: [.succeeds("0x00010305"), .fails(.invalidArgument, "another submap"), unmapped]),
        Operation(
            XenVersionOperation.pageSize, named: "pagesize", "The size of a page.", at: version(),
            answers: [.succeeds("4096"), .fails(.invalidArgument, "the address is not 0")]),
        Operation(
            XenVersionOperation.guestHandle, named: "guest_handle", "The domain's UUID.", at: version(),
            answers: [.succeeds("16 bytes"), unmapped]),
    ]

    private static let texts: [CataloguedOperation] = [
        Operation(
            XenVersionOperation.extraVersion, named: "extraversion", "What follows the version's number.",
            at: version(),
            answers: [.succeeds("16 bytes: `.0-apus`"), unmapped]),
        Operation(
            XenVersionOperation.compileInformation, named: "compile_info", "Compiler, builder, and when.",
            at: version("writeCompileInformation"), answers: [.succeeds("144 bytes: four texts"), unmapped]),
        Operation(
            XenVersionOperation.capabilities, named: "capabilities", "The kinds of guests.", at: version(),
            answers: [.succeeds("1024 bytes"), unmapped]),
        Operation(
            XenVersionOperation.changeSet, named: "changeset", "The revision.", at: version(),
            answers: [.succeeds("64 bytes: `apus`"), unmapped]),
        Operation(
            XenVersionOperation.commandLine, named: "commandline", "The hypervisor's command line.", at: version(),
            answers: [.succeeds("1024 bytes: `<denied>`"), unmapped]),
        Operation(
            XenVersionOperation.buildIdentifier, named: "build_id", "The linker's identifier.", at: version(),
            answers: [.fails(.operationNotPermitted, "always")]),
    ]
}
