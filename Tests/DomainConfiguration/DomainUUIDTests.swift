// SPDX-License-Identifier: MIT

import DomainConfiguration
import Testing

@Suite("Domain UUIDs")
struct DomainUUIDTests {
    @Test(
        "a name makes the UUID that Python's uuid5 makes of it",
        arguments: [
            ("guest", "8972b09a-c852-533a-83b7-454f467adc04"),
            ("", "1f45e749-e43c-5c95-9462-959ea4f673bb"),
            ("conformance", "aed92806-3074-596f-a1be-eaa5908ad427"),
            ("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "4b855a63-9106-5328-9b71-315c38dee233"),
            ("zweitér", "3138c120-cb2c-5b41-a1ab-ada1cb99a643"),
        ])
    func derived(name: String, expected: String) {
        #expect(DomainUUID(derivedFromName: name).description == expected)
    }

    @Test("the written form is read back")
    func parsing() throws {
        let text = "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
        let uuid = try #require(DomainUUID(parsing: text))
        #expect(uuid.bytes.prefix(4) == [0x6B, 0xA7, 0xB8, 0x11])
        #expect(uuid.description == text)
        #expect(DomainUUID(parsing: text.uppercased()) == uuid)
    }

    @Test(
        "other forms are refused",
        arguments: [
            "", "6ba7b8119dad11d180b400c04fd430c8", "6ba7b811-9dad-11d1-80b4-00c04fd430c",
            "------------------------------------",
            "6ba7b811-9dad-11d1-80b4-00c04fd430cg", "+ba7b811-9dad-11d1-80b4-00c04fd430c8",
            "6ba7b811-9dad-11d1-80b4-00c04fd430c8-", "ba7b8111-9dad-11d1-80b4-00c04fdé0c8",
        ])
    func refused(text: String) {
        #expect(DomainUUID(parsing: text) == nil)
    }
}
