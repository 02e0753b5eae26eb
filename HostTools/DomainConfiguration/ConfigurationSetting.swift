// SPDX-License-Identifier: MIT

/// A value in a configuration file.
///
/// Xen's `xl` keeps numbers and texts alike as texts, so that `memory = "256"` is as good as `memory = 256`. So do we.
indirect enum ConfigurationValue: Equatable, Sendable {
    case scalar(String)
    case list([ConfigurationValue])
}

/// A line `key = value`.
struct ConfigurationSetting: Sendable {
    let key: String
    let value: ConfigurationValue
    let keyPosition: SourcePosition
    let valuePosition: SourcePosition
    /// The bytes of the file that the value consists of.
    let valueRange: Range<Int>
}
