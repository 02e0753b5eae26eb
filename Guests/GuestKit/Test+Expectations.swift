// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension Test {
    /// Expects that a hypercall answers `value`.
    public mutating func expect(_ result: Int64, is value: Int64, line: UInt = #line) {
        if result != value { fail(expected: value, got: result, line: line) }
    }

    /// Expects that a hypercall fails with `error`.
    public mutating func expect(_ result: Int64, fails error: XenError, line: UInt = #line) {
        expect(result, is: error.result, line: line)
    }

    /// Expects one of two errors: where Xen and Apus differ on purpose, or Xen by its build.
    public mutating func expect(_ result: Int64, fails error: XenError, or other: XenError, line: UInt = #line) {
        if result != other.result { expect(result, fails: error, line: line) }
    }

    /// Expects a number.
    public mutating func expect<Number: FixedWidthInteger>(
        _ got: Number, equals expected: Number, line: UInt = #line
    ) {
        if got != expected {
            fail(
                expected: Int64(truncatingIfNeeded: expected), got: Int64(truncatingIfNeeded: got), line: line)
        }
    }

    /// Expects that something holds; it is reported as 1, its contrary as 0.
    public mutating func expect(_ holds: Bool, line: UInt = #line) {
        if !holds { fail(expected: 1, got: 0, line: line) }
    }

    /// Expects that a probe raises `exception`.
    public mutating func expect(_ outcome: Probe.Outcome, raises exception: Exception, line: UInt = #line) {
        switch outcome {
        case .exception(let vector): expect(vector, equals: exception.rawValue, line: line)
        case .value(let value):
            fail(expected: Int64(exception.rawValue), got: Int64(bitPattern: value), line: line)
        }
    }

    /// Expects that a probe raises `exception`; no exception is reported as 256.
    public mutating func expect(_ vector: UInt8?, raises exception: Exception, line: UInt = #line) {
        expect(vector.map(Int64.init) ?? 256, is: Int64(exception.rawValue), line: line)
    }

    /// Expects that a probe raises nothing, and answers its value; 0 if it raised an exception after all.
    @discardableResult
    public mutating func expectValue(_ outcome: Probe.Outcome, line: UInt = #line) -> UInt64 {
        switch outcome {
        case .value(let value): return value
        case .exception(let vector):
            fail(expected: 256, got: Int64(vector), line: line)
            return 0
        }
    }
}
