// SPDX-License-Identifier: MIT

extension InitialRamdisk {
    /// The commands that are linked to busybox unless others are asked for.
    public static let commonCommands = [
        "sh", "cat", "cut", "dd", "dmesg", "echo", "grep", "halt", "head", "ln", "ls", "mkdir", "mount", "poweroff",
        "ps", "reboot", "sed", "sleep", "sort", "sync", "tail", "test", "uname", "wc",
    ]

    /// A ramdisk with which Linux reaches a shell: busybox, the script `/init`, and the nodes and folders they need.
    ///
    /// - Parameters:
    ///   - busybox: the program, statically linked, for x86-64.
    ///   - script: what runs as the first process. It begins with `#!/bin/sh`; `/proc` and `/sys` are there, but
    ///     not mounted.
    ///   - commands: the names under `/bin` by which busybox is called.
    public init(
        busybox: [UInt8], script: String, commands: [String] = InitialRamdisk.commonCommands
    ) throws(InitialRamdiskError) {
        self.init()
        try Self.checkStatic(busybox)
        guard script.hasPrefix("#!") else { throw InitialRamdiskError("init", .noInterpreter) }
        for folder in ["bin", "dev", "proc", "sys", "tmp"] { try addFolder(folder) }
        try addDevice("dev/console", .character(major: 5, minor: 1))
        try addDevice("dev/null", .character(major: 1, minor: 3), attributes: Attributes(permissions: 0o666))
        try addDevice("dev/kmsg", .character(major: 1, minor: 11), attributes: Attributes(permissions: 0o644))
        try addFile("bin/busybox", contents: busybox, attributes: Attributes(permissions: 0o755))
        for command in commands { try addSymbolicLink("bin/\(command)", to: "busybox") }
        try addFile("init", contents: Array(script.utf8), attributes: Attributes(permissions: 0o755))
    }

    /// Refuses a program that Linux could not start here: there is no dynamic linker in the ramdisk.
    ///
    /// Such a program has a program header of type PT_INTERP (3). Source: System V ABI, chapter 5.
    private static func checkStatic(_ program: [UInt8]) throws(InitialRamdiskError) {
        func number(_ size: Int, at offset: Int) -> Int? {
            guard offset >= 0, offset <= program.count - size else { return nil }
            return program[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(4, at: 0) == 0x464C_457F, number(1, at: 4) == 2, number(2, at: 18) == 62,
            let table = number(4, at: 32), let size = number(2, at: 54), let count = number(2, at: 56), count > 0
        else { throw InitialRamdiskError("bin/busybox", .notExecutable) }
        for index in 0..<count {
            guard let type = number(4, at: table + index * size) else {
                throw InitialRamdiskError("bin/busybox", .notExecutable)
            }
            guard type != 3 else { throw InitialRamdiskError("bin/busybox", .notStatic) }
        }
    }
}
