# SPDX-License-Identifier: MIT
#
# How guests are built: each is one ELF file, .build/guests/NAME.elf. The Makefile at the top includes this file, and
# may set:
#   SWIFT_BIN      folder of the Swift toolchain's programs, with a slash at its end; empty when they are on the PATH
#   NASM           the assembler
#   GUEST_SCRATCH  where SwiftPM puts the freestanding build; flags.json in there is made anew when all must be built anew

SWIFT_BIN ?=
NASM ?= nasm
GUEST_SCRATCH ?= .build/freestanding
GUEST_OUTPUT ?= .build/guests

GUEST_LINK = $(SWIFT_BIN)ld.lld -nostdlib -static --gc-sections --strip-debug -z noexecstack
GUEST_SWIFT = $(SWIFT_BIN)swift build --triple x86_64-unknown-none-elf --toolset linker/freestanding.json \
	--scratch-path $(GUEST_SCRATCH) -c release

# Guests in Swift: NAME, and the SwiftPM product it is linked from.
SWIFT_GUESTS := conformance benchmark processors wild-pointers isolation isolation-victim peer two-domains virtual-cpus share fuzz abuse survey
PRODUCT_conformance := ConformanceGuest
PRODUCT_benchmark := BenchmarkGuest
PRODUCT_processors := ProcessorsGuest
PRODUCT_wild-pointers := WildPointersGuest
PRODUCT_fuzz := FuzzGuest
PRODUCT_abuse := AbuseGuest
PRODUCT_isolation := IsolationGuest
PRODUCT_isolation-victim := IsolationVictimGuest
PRODUCT_peer := PeerGuest
PRODUCT_two-domains := TwoDomainsGuest
PRODUCT_share := ShareGuest
PRODUCT_virtual-cpus := VirtualCPUsGuest
PRODUCT_survey := SurveyGuest

# Frame numbers that come about by chance are small: the image of the fuzzing guest lies where they seldom lead.
LINK_fuzz := --defsym=guest_base=0x1a00000

# Guests in assembly: Guests/Hostile/NAME.asm for each, and the suite for 32-bit guests, with either kind of page tables.
ASSEMBLY_GUESTS := $(patsubst Guests/Hostile/%.asm,%,$(wildcard Guests/Hostile/*.asm)) 32-bit 32-bit-pae

GUESTS := $(SWIFT_GUESTS) $(ASSEMBLY_GUESTS)
GUEST_ELVES := $(GUESTS:%=$(GUEST_OUTPUT)/%.elf)

GUEST_KIT_OBJECTS := $(patsubst Guests/GuestKit/Assembly/%.asm,$(GUEST_OUTPUT)/kit/%.o,\
	$(wildcard Guests/GuestKit/Assembly/*.asm))
GUEST_SWIFT_SOURCES := $(shell find Guests Kernel/CPU Kernel/Architecture Kernel/XenInterface \
	-name '*.swift' -o -name '*.h' -o -name '*.modulemap') Package.swift $(GUEST_SCRATCH)/flags.json

.PHONY: guest-elves
guest-elves: $(GUEST_ELVES)

$(GUEST_OUTPUT)/kit/%.o: Guests/GuestKit/Assembly/%.asm $(wildcard Guests/GuestKit/Assembly/*.inc)
	@mkdir -p $(@D)
	$(NASM) -f elf64 -I Guests/GuestKit/Assembly/ -o $@ $<

# SwiftPM builds one product at a time in one scratch path: the second library waits for the first.
GUEST_ARCHIVE = $(GUEST_SCRATCH)/release/lib$(PRODUCT_$*).a

$(SWIFT_GUESTS:%=$(GUEST_OUTPUT)/%.elf): $(GUEST_OUTPUT)/%.elf: $(GUEST_KIT_OBJECTS) $(GUEST_SWIFT_SOURCES) \
		linker/guest.ld
	@mkdir -p $(@D)
	$(GUEST_SWIFT) --product $(PRODUCT_$*)
	$(GUEST_LINK) $(LINK_$*) -T linker/guest.ld -o $@ $(GUEST_KIT_OBJECTS) $(GUEST_ARCHIVE)

vpath %.asm Guests/Hostile Guests/Conformance32

$(ASSEMBLY_GUESTS:%=$(GUEST_OUTPUT)/%.elf): $(GUEST_OUTPUT)/%.elf: %.asm \
		$(wildcard Guests/Hostile/*.inc Guests/Conformance32/*)
	@mkdir -p $(@D)
	$(NASM) -f bin -I Guests/Hostile/ -I Guests/Conformance32/ -o $@ $<
