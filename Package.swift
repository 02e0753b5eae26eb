// swift-tools-version: 6.2
// SPDX-License-Identifier: MIT
import PackageDescription

/// Every target of the project is held to the same rules: unsafe code is marked, warnings are errors.
let rules: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A folder of the hypervisor. It is compiled for the bare machine by `make kernel`, and for the host by `swift test`.
func kernel(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Kernel/\(name)", swiftSettings: rules)
}

/// A folder of guest code, compiled for the bare machine only.
func guest(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Guests/\(name)", exclude: exclude,
        swiftSettings: rules)
}

/// A library of the host tools.
func hostTool(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "HostTools/\(name)", swiftSettings: rules)
}

/// The host tests of the library of the same name.
func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
        path: "Tests/\(name)", swiftSettings: rules)
}

/// A C library of the host system, named as Debian packages it.
func systemLibrary(_ name: String, package: String) -> Target {
    .systemLibrary(
        name: name, path: "HostTools/CLibraries/\(name)", providers: [.apt([package])])
}

let argumentParser: Target.Dependency =
    .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "Apus",
    products: [
        .library(name: "Kernel", type: .static, targets: ["Apus"]),
        .library(name: "ConformanceGuest", type: .static, targets: ["Conformance"]),
        .library(name: "BenchmarkGuest", type: .static, targets: ["Benchmark"]),
        .library(name: "WildPointersGuest", type: .static, targets: ["WildPointers"]),
        .library(name: "FuzzGuest", type: .static, targets: ["Fuzz"]),
        .library(name: "AbuseGuest", type: .static, targets: ["Abuse"]),
        .library(name: "ProcessorsGuest", type: .static, targets: ["Processors"]),
        .library(name: "IsolationGuest", type: .static, targets: ["Isolation"]),
        .library(name: "IsolationVictimGuest", type: .static, targets: ["IsolationVictim"]),
        .library(name: "PeerGuest", type: .static, targets: ["Peer"]),
        .library(name: "TwoDomainsGuest", type: .static, targets: ["TwoDomains"]),
        .library(name: "ShareGuest", type: .static, targets: ["Share"]),
        .library(name: "VirtualCPUsGuest", type: .static, targets: ["VirtualCPUs"]),
        .library(name: "SurveyGuest", type: .static, targets: ["Survey"]),
        .executable(name: "apus", targets: ["apus"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // The hypervisor, from the bottom up.
        .systemLibrary(name: "CPU", path: "Kernel/CPU"),
        kernel("XenInterface"),
        kernel("Architecture"),
        kernel("Building"),
        kernel("Diagnostics"),
        kernel("Locking", ["CPU"]),
        kernel("Machine", ["CPU", "Architecture", "Diagnostics", "Locking"]),
        kernel("Hypervisor", ["CPU", "Architecture", "Building", "Diagnostics", "Locking", "XenInterface"]),
        kernel("SVM", ["CPU", "Architecture", "Diagnostics", "Hypervisor", "XenInterface"]),
        kernel("VMX", ["CPU", "Architecture", "Diagnostics", "Hypervisor"]),
        kernel(
            "Apus",
            [
                "CPU", "Architecture", "Building", "Diagnostics", "Locking", "Machine", "Hypervisor", "SVM", "VMX",
                "XenInterface",
            ]),

        // The guests.
        .systemLibrary(name: "Instructions", path: "Guests/GuestKit/Instructions"),
        guest(
            "GuestKit", ["CPU", "Architecture", "Instructions", "XenInterface"],
            exclude: ["Assembly", "Instructions"]),
        guest("Conformance", ["Architecture", "CPU", "GuestKit", "XenInterface"]),
        guest("Benchmark", ["Architecture", "CPU", "GuestKit", "XenInterface"]),
        guest("WildPointers", ["GuestKit", "XenInterface"]),
        guest("Fuzz", ["CPU", "GuestKit", "XenInterface"]),
        guest("Abuse", ["CPU", "GuestKit", "Instructions", "XenInterface"]),
        guest("Processors", ["Architecture", "CPU", "GuestKit", "Instructions", "XenInterface"]),
        guest("Isolation", ["GuestKit", "XenInterface"]),
        guest("IsolationVictim", ["GuestKit", "XenInterface"]),
        guest("Peer", ["GuestKit", "XenInterface"]),
        guest("TwoDomains", ["GuestKit", "XenInterface"]),
        guest("Share", ["GuestKit", "XenInterface"]),
        guest("VirtualCPUs", ["GuestKit", "XenInterface"]),
        guest("Survey", ["CPU", "GuestKit", "XenInterface"]),

        // The host tools.
        .systemLibrary(name: "CLinux", path: "HostTools/CLibraries/CLinux"),
        systemLibrary("CDeflate", package: "libdeflate-dev"),
        systemLibrary("CLZ4", package: "liblz4-dev"),
        systemLibrary("CLZMA", package: "liblzma-dev"),
        systemLibrary("CNettle", package: "nettle-dev"),
        systemLibrary("CZlib", package: "zlib1g-dev"),
        systemLibrary("CZstd", package: "libzstd-dev"),
        // Its tests move megabytes, which takes minutes in code that is not optimized.
        .target(
            name: "DiskImage", dependencies: ["CDeflate", "CLinux", "CZlib", "CZstd"], path: "HostTools/DiskImage",
            swiftSettings: rules + [.unsafeFlags(["-O"], .when(configuration: .debug))]),
        hostTool("FileTree"),
        hostTool("OpticalImage", ["FileTree"]),
        hostTool("GuestPayload", ["Building", "FileTree", "CLZ4", "CLZMA", "CNettle", "CZlib", "CZstd"]),
        hostTool("CloudSeed", ["FileTree", "OpticalImage", yams]),
        hostTool("MachineIdentity", ["FileTree", "GuestPayload"]),
        hostTool("DomainConfiguration", ["Building"]),
        hostTool("Emulator", [subprocess]),
        hostTool("TestReport"),
        hostTool("HypercallCatalogue", ["TestReport", "XenInterface"]),
        hostTool("XenReference", ["DomainConfiguration", "Emulator", "GuestPayload", subprocess]),
        .executableTarget(
            name: "apus",
            dependencies: [
                "DiskImage", "FileTree", "OpticalImage", "GuestPayload", "MachineIdentity", "CloudSeed",
                "DomainConfiguration", "Emulator", "TestReport", "HypercallCatalogue", "XenReference",
                argumentParser, subprocess,
            ],
            // With Swift's libraries inside it the command starts twice as fast: nothing is left for the loader to bind.
            path: "HostTools/apus", swiftSettings: rules,
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-static-stdlib", "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCShims",
                        "-l_FoundationCollections", "-Xlinker", "-s",
                    ], .when(configuration: .release))
            ]),

        // The host tests.
        tests(of: "XenInterface"),
        tests(of: "Architecture"),
        tests(of: "Building", ["SeededRandom"]),
        .target(name: "SeededRandom", path: "Tests/Support/SeededRandom", swiftSettings: rules),
        .target(name: "BootSymbols", path: "Tests/Support/BootSymbols"),
        tests(of: "Diagnostics"),
        tests(of: "Locking"),
        tests(of: "Machine", ["Architecture", "BootSymbols", "CPU"]),
        tests(of: "Hypervisor", ["Architecture", "Building", "CPU", "Diagnostics", "SeededRandom", "XenInterface"]),
        .target(
            name: "TestMemory", dependencies: ["Architecture", "Hypervisor"], path: "Tests/Support/TestMemory",
            swiftSettings: rules),
        tests(of: "SVM", ["Architecture", "BootSymbols", "Hypervisor", "TestMemory"]),
        tests(of: "VMX", ["Architecture", "BootSymbols", "CPU", "Hypervisor", "TestMemory"]),
        tests(of: "DiskImage", ["SeededRandom"]),
        .executableTarget(
            name: "image-mutations", dependencies: ["DiskImage", "SeededRandom"], path: "Tests/ImageMutations",
            swiftSettings: rules),
        .target(
            name: "TestFiles", dependencies: ["FileTree"], path: "Tests/Support/TestFiles", swiftSettings: rules),
        tests(of: "FileTree", ["TestFiles"]),
        tests(of: "OpticalImage", ["FileTree", "TestFiles"]),
        tests(of: "GuestPayload", ["FileTree", "TestFiles"]),
        tests(of: "CloudSeed", ["FileTree", "OpticalImage", "TestFiles"]),
        tests(of: "MachineIdentity", ["FileTree", "GuestPayload", "TestFiles"]),
        tests(of: "DomainConfiguration", ["Building"]),
        tests(of: "Emulator"),
        tests(of: "TestReport"),
        tests(of: "HypercallCatalogue", ["TestReport", "XenInterface"]),
        tests(of: "XenReference", ["DomainConfiguration", "Emulator", "GuestPayload"]),
    ],
    swiftLanguageModes: [.v6]
)
