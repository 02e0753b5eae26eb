# SPDX-License-Identifier: MIT
#
# One SwiftPM package holds all Swift; this file adds NASM, the linker, and the order of things. `make` shows the verbs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# SwiftPM and the linker use all processors themselves; the verbs below count on their order.
.NOTPARALLEL:
SHELL := /bin/sh

# The toolchain's own folder: ld.lld and llvm-objcopy live beside swift, which on PATH may be a launcher.
SWIFT_BIN := $(shell swift -print-target-info 2>/dev/null | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1/bin/|p')
NASM := nasm
APUS := .build/release/apus

# ---------------------------------------------------------------------------------------------------------------------
##@ What people use

.PHONY: help
help: ## show this list
	@echo "Apus: a Xen-compatible microhypervisor in Swift"
	@sed -n -e 's/^##@ \(.*\)/\n\1:/p' -e 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | \
		awk -F '\t' 'NF == 2 { printf "  make %-16s %s\n", $$1, $$2; next } { print }'

# CPU=intel, CPU=amd or CPU=both: what "apus --cpu" takes.
.PHONY: run
run: iso ## build everything, boot the ISO in an emulator, and judge what it shows; CPU=intel for an Intel processor
	@Tests/System/first-light $(if $(CPU),--cpu $(CPU))

.PHONY: test
test: kernel tools guests linux ## run every check: style, unit tests, the linked kernel, guests on AMD and Intel
	@Tests/System/all

.PHONY: test-intel-all
test-intel-all: kernel tools guests ## run the booted suites on every Intel model that Bochs has: 10 minutes
	@Tests/System/intel-all

.PHONY: test-linux-intel
test-linux-intel: kernel tools guests linux ## boot Linux on an emulated Intel processor: some minutes
	@Tests/System/linux --cpu intel

BENCH_RESULT := .build/bench$(if $(filter-out amd,$(CPU)),-$(CPU)).json

.PHONY: bench
bench: kernel tools guests ## count what hypercalls and the boot take, on Xen as well (XEN=0: not there); writes .build/bench.json, with CPU=intel .build/bench-intel.json
	@$(APUS) bench $(if $(CPU),--cpu $(CPU)) $(if $(filter-out amd,$(CPU))$(filter 0,$(XEN)),,--xen) --format json --output $(BENCH_RESULT)
	@echo "written: $(BENCH_RESULT)"

.PHONY: bench-baseline
bench-baseline: kernel tools guests ## take the present figures of Apus as those that must not grow by more than 5 %
	@$(APUS) bench --format json --output Tests/Benchmarks/baseline.json

.PHONY: bench-images
bench-images: tools ## convert, check and create disk images with qemu-img and with apus in turns, and compare the times
	@Tests/System/bench-images

CASES := 20000

.PHONY: fuzz-images
fuzz-images: install ## damage CASES disk images at random (20000), and see that none makes the library crash, hang or write
	@swift build -c release --product image-mutations
	@.build/release/image-mutations $(CASES)

.PHONY: conformance
conformance: kernel tools guests ## compare all suites, test by test, with the real Xen: five minutes, and 80 MB the first time
	@$(APUS) conformance $(SUITES)

.PHONY: install
install: ## install the Debian packages that are missing, and check the Swift toolchain
	@.ci/install

# ---------------------------------------------------------------------------------------------------------------------
##@ What they are made of

.PHONY: kernel
kernel: install .build/apus.elf .build/apus32.elf ## build the hypervisor: .build/apus.elf, .build/apus32.elf

.PHONY: tools
tools: install ## build the command apus: .build/release/apus
	swift build -c release --product apus

include Guests/guests.mk

.PHONY: guests
guests: install guest-elves ## build the guests: .build/guests/NAME.elf

.PHONY: iso
iso: kernel tools guests linux ## build .build/apus.iso: the hypervisor, the conformance suite and Linux
	@Guests/Linux/make-iso

# Fetches, unpacks, never installs. Where no kernel can be had, it says so, and what depends on it says so as well.
.PHONY: linux
linux: tools
	@Guests/Linux/fetch $(LINUX)

KERNEL_SOURCES := $(shell find Kernel -type f) Package.swift .build/freestanding/flags.json
BOOT_OBJECTS := $(patsubst boot/%.asm,.build/boot/%.o,$(wildcard boot/*.asm))
FREESTANDING := swift build --triple x86_64-unknown-none-elf --toolset linker/freestanding.json \
	--scratch-path .build/freestanding -c release

# SwiftPM does not build again when only the flags, or headers, have changed.
.build/freestanding/flags.json: linker/freestanding.json $(shell find Kernel Guests -name '*.h')
	rm -rf .build/freestanding
	@mkdir -p $(@D)
	@cp $< $@

.build/freestanding/release/libKernel.a: $(KERNEL_SOURCES)
	$(FREESTANDING) --product Kernel
	@touch $@

.build/boot/%.o: boot/%.asm $(wildcard boot/*.inc)
	@mkdir -p $(@D)
	$(NASM) -f elf64 -g -F dwarf -i boot/ $< -o $@

.build/apus.elf: .build/freestanding/release/libKernel.a $(BOOT_OBJECTS) linker/kernel.ld
	$(SWIFT_BIN)ld.lld -T linker/kernel.ld --gc-sections -z max-page-size=4096 -o $@ $(BOOT_OBJECTS) $<

# QEMU's -kernel takes multiboot kernels as 32-bit ELF only.
.build/apus32.elf: .build/apus.elf
	$(SWIFT_BIN)llvm-objcopy -O elf32-i386 --strip-all $< $@

# ---------------------------------------------------------------------------------------------------------------------
##@ What developers use

.PHONY: lint
lint: ## check the form of all Swift sources
	@swift format lint --strict --parallel --recursive Package.swift Kernel Guests HostTools Tests

.PHONY: format
format: ## put all Swift sources into that form
	@swift format --in-place --parallel --recursive Package.swift Kernel Guests HostTools Tests

.PHONY: documentation
documentation: kernel tools guests ## write the hypercalls' pages, with the tests of a run of the conformance suites
	@$(APUS) test --coverage Documentation/Hypercalls/coverage.json conformance two-domains virtual-cpus
	@$(APUS) hypercalls --coverage Documentation/Hypercalls/coverage.json --output Documentation/Hypercalls

.PHONY: debug
debug: kernel tools guests ## start the conformance suite and wait for a debugger
	@$(APUS) run --debugger .build/guests/conformance.elf

.PHONY: clean
clean: ## remove everything that was built
	rm -rf .build
