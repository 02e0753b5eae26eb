// SPDX-License-Identifier: MIT
import XenInterface

/// A domain that has ended and is being taken away. That is done in steps of a bounded length, between which others run: how much
/// there is to do, the domain has had in its hands.
struct DomainRemoval {
    /// The domain. It is in the list of domains until its ports are closed: then nobody who looks for it finds ends of its channels.
    let domain: Domain
    /// What is to be done next.
    var stage = Stage.begin

    /// The parts of it, in their order. Numbers say from where on there is still something to do.
    enum Stage {
        /// What is left on the console goes out.
        case begin
        /// Ports are closed.
        case eventChannels(from: UInt32)
        /// Mappings of others' frames end.
        case mappings(from: UInt32)
        /// The other domains, by their numbers, hear that its grants are no more.
        case grants(domain: UInt16)
        /// Memory is given back.
        case memory
        /// All is done but for what is said of it.
        case end
    }
}
