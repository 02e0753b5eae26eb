// SPDX-License-Identifier: MIT
import XenInterface

/// The fields of an operation's structure, a letter for each; `ArgumentWriter` knows what they stand for.
extension Operation {
    /// The structure that the operation takes, or of which it takes an array.
    var shape: StaticString {
        switch hypercall {
        case .eventChannelOperation: eventShape
        case .memoryOperation: memoryShape
        case .grantTableOperation: grantShape
        case .vcpuOperation: vcpuShape
        case .schedulerOperation: schedulerShape
        case .hvmOperation: hvmShape
        case .xenVersion: "xx"
        case .platformOperation, .systemControl, .domainControl: "xxddYY"
        default: "YaYa"
        }
    }

    private var eventShape: StaticString {
        switch operation {
        case 0: "espp"
        case 1: "qvp"
        case 2: "nxp"
        case 5: "dspxxxx"
        case 6: "dep"
        case 7: "vp"
        case 8: "pv"
        case 10, 14: "d"
        case 11: "Gbvxx"
        case 12: "G"
        case 13: "px"
        default: "p"
        }
    }

    private var memoryShape: StaticString {
        switch operation {
        case 0, 1, 6, 24: "acoxds"
        case 3, 4, 14, 26: "d"
        case 5, 27: "xnax"
        case 7: "dSkig"
        case 9: "na"
        case 11: "acoxdsjacoxdsjc"
        case 13: "dsjna"
        case 15: "dsg"
        case 16, 17: "ttttds"
        case 21: "wdG"
        case 23: "dKwdaaa"
        default: "xxYa"
        }
    }

    private var grantShape: StaticString {
        switch operation {
        case 0: "Hfreshu"
        case 1: "HYhss"
        case 2: "dsnssja"
        case 3, 6: "dsnxss"
        case 5: "mewjmewjwyss"
        case 8: "n"
        case 9: "ndsa"
        case 10: "dsn"
        case 11: "rrss"
        default: "YYYY"
        }
    }

    private var vcpuShape: StaticString {
        switch operation {
        case 0: "xjYYYY"
        case 6: "t"
        case 8: "tx"
        case 10: "Gbz"
        default: "A"
        }
    }

    private var schedulerShape: StaticString {
        switch operation {
        case 2, 5: "l"
        case 3: "anjt"
        case 4: "dsl"
        case 6: "nW"
        default: "x"
        }
    }

    private var hvmShape: StaticString {
        switch operation {
        case 0, 1: "dsMu"
        case 9: "dsjY"
        case 11: "wwYYYx"
        case 15: "dsjG"
        case 23: "vx"
        default: "Y"
        }
    }
}
