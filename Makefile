# kpack: build, test, demonstrate, measure. `make demo` and `make test` do all the set-up on a Debian machine with Swift.

SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
DEMO := .build/demo
DIST := .build/dist
# kpack without Swift's libraries, for machines that have no Swift.
STATIC := .build/static/release/kpack
# Without symbols, and without the hashes of the compiler's options, which tell of the folder that kpack was built in.
STATIC_OPTIONS := --static-swift-stdlib -Xlinker --strip-all -Xswiftc -Xfrontend \
  -Xswiftc -disable-incremental-llvm-codegen

# Where `make install` puts things; DESTDIR stands before all of it.
PREFIX ?= /usr/local
BINARY ?= .build/release/kpack
bindir = $(DESTDIR)$(PREFIX)/bin
sharedir = $(DESTDIR)$(PREFIX)/share
installed = $(bindir)/kpack $(sharedir)/bash-completion/completions/kpack $(sharedir)/zsh/site-functions/_kpack \
  $(sharedir)/fish/vendor_completions.d/kpack.fish $(patsubst docs/man/%,$(sharedir)/man/man1/%,$(wildcard docs/man/*.1)) \
  $(sharedir)/doc/kpack/README.md $(sharedir)/doc/kpack/LICENSE

.PHONY: all deps install uninstall docs check-docs test test-slow test-formats test-images test-bare test-dist lint check-house demo dist bench \
  bench-tarballs bench-release bench-images bench-stage bench-scale clean

all: deps
	$(SWIFT) build -c release

# This machine's processor, as layouts call it.
ARCH = $(shell uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')

# What the build needs beside Swift, installed only where it is missing.
deps:
	@if ! [ -e /usr/include/zlib.h ] || ! [ -e /usr/include/openssl/evp.h ] || ! command -v git >/dev/null; then \
	  $(SUDO) apt-get update && $(SUDO) apt-get install -y zlib1g-dev libssl-dev git; \
	fi

install:
	@[ -x $(BINARY) ] || $(MAKE) all
	install -d $(sort $(dir $(installed)))
	install -m 755 $(BINARY) $(bindir)/kpack
	$(BINARY) completions bash > $(sharedir)/bash-completion/completions/kpack
	$(BINARY) completions zsh > $(sharedir)/zsh/site-functions/_kpack
	$(BINARY) completions fish > $(sharedir)/fish/vendor_completions.d/kpack.fish
	chmod 644 $(sharedir)/bash-completion/completions/kpack $(sharedir)/zsh/site-functions/_kpack \
	  $(sharedir)/fish/vendor_completions.d/kpack.fish
	install -m 644 docs/man/*.1 $(sharedir)/man/man1
	install -m 644 README.md LICENSE $(sharedir)/doc/kpack

uninstall:
	rm -f $(installed)
	[ ! -d $(sharedir)/doc/kpack ] || rmdir --ignore-fail-on-non-empty $(sharedir)/doc/kpack

# The pages of reference and the man pages, from the options that kpack knows.
docs:
	$(SWIFT) build --product kpack
	rm -rf docs/reference docs/man
	.build/debug/kpack reference docs

# Fails when the pages in the tree are not those that `make docs` would write.
check-docs:
	$(SWIFT) build --product kpack
	rm -rf .build/docs
	.build/debug/kpack reference .build/docs
	@for folder in reference man; do diff -r docs/$$folder .build/docs/$$folder || stale=1; done; \
	  [ -z "$$stale" ] || { echo "docs/reference or docs/man is stale: run make docs" >&2; exit 1; }

test: deps
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

# What takes minutes: entries of 8 GiB, hundreds of thousands of files; and what reads a release behind kpack.
test-slow: deps
	KPACK_SLOW_TESTS=1 $(SWIFT) test --filter kpackTests.Slow
	$(call need,python3,python3)
	@bash Tests/Integration/run-consumers.sh .build/debug/kpack .build/consumers

# What kpack writes, by the programs that read it.
test-formats: all
	$(call need,unzip 7z go bsdtar python3,unzip p7zip-full golang-go libarchive-tools python3)
	@bash Tests/Integration/check-zip.sh .build/release/kpack .build/formats/zip
	$(call need,skopeo umoci podman jq python3 setcap,skopeo umoci podman jq python3 libcap2-bin)
	@bash Tests/Integration/check-oci.sh .build/release/kpack .build/formats/oci
	$(call need,busybox dpkg-deb lintian dpkg-scanpackages rpm rpm2cpio bsdcpio createrepo_c dnf,busybox-static dpkg \
	  lintian dpkg-dev rpm rpm2cpio libarchive-tools createrepo-c dnf)
	@bash Tests/Integration/check-packages.sh .build/release/kpack .build/formats/packages

# Images against bases of Debian's packages, docker build and other tools; skipped where these cannot be had.
test-images: all
	@bash Tests/Integration/run-images.sh .build/release/kpack .build/images || [ $$? = 77 ]

# The demo and the tests in a root file system with nothing but what Swift, git and make need; skipped where there is
# no root or no mmdebstrap.
test-bare:
	@bash Tests/Integration/bare-machine.sh . .build/bare || [ $$? = 77 ]

# What `make dist` makes: the entries, whether kpack runs from it, and whether it is the same again.
test-dist: dist
	@bash Tests/Integration/check-dist.sh $(DIST) .build/dist-check

lint:
	$(SWIFT) format lint --strict -r -p Package.swift Sources Tests layouts

# A release of kpack, made by kpack with the layouts in layouts/kpack: kpack-VERSION-linux-ARCH.tar.gz in .build/dist.
# What goes into it is gathered in .build/dist/tree. The time of its entries is that of the commit.
dist: deps
	$(SWIFT) build -c release --product kpack --scratch-path .build/static $(STATIC_OPTIONS)
	@rm -rf $(DIST) && mkdir -p $(DIST)/bin/linux/$(ARCH) $(DIST)/tree/completions
	@cp $(STATIC) $(DIST)/bin/linux/$(ARCH)
	@cp -R README.md LICENSE CHANGELOG.md docs $(DIST)/tree
	@$(STATIC) completions bash >$(DIST)/tree/completions/kpack.bash
	@$(STATIC) completions zsh >$(DIST)/tree/completions/_kpack
	@$(STATIC) completions fish >$(DIST)/tree/completions/kpack.fish
	@$(STATIC) tarballs --root $(DIST)/tree --bin $(DIST)/bin --out $(DIST) --layouts layouts/kpack --no-cache \
	  --platform linux/$(ARCH) --version "$$($(STATIC) --version | sed -n 's/^kpack //p')" \
	  --epoch "$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 0)}"

# What no compiler tells: imports that Package.swift does not declare, circles of folders, halves of types. Each check
# first shows that it finds what is planted.
check-house:
	$(call need,python3,python3)
	@for check in imports house; do python3 Tests/Checks/$$check.py --self-test || exit 1; done
	@status=0; for check in imports house; do SWIFT=$(SWIFT) python3 Tests/Checks/$$check.py || status=1; done; exit $$status

# Packages a small tree of the shape of Kubernetes with the built-in layouts, and a project that is not Kubernetes
# with layouts of its own; then shows what came out.
demo: all
	@rm -rf $(DEMO) && mkdir -p $(DEMO) && cp -R testdata/sample testdata/greeter $(DEMO)
	.build/release/kpack base add busybox --rootfs testdata/base --arch amd64 --cmd sh --bases $(DEMO)/sample/_output/bases
	.build/release/kpack base add gcr.io/google-containers/debian-iptables-amd64:v7 --rootfs testdata/base --arch amd64 \
	  --cmd /bin/sh --bases $(DEMO)/sample/_output/bases
	.build/release/kpack images --arch amd64 --stage $(DEMO)/sample/_output/release-stage --version v1.7.4
	.build/release/kpack inspect -v $(DEMO)/sample/_output/release-images/amd64/kube-proxy.tar
	.build/release/kpack tarballs --stage $(DEMO)/sample/_output/release-stage --version v1.7.4 \
	  --platform linux/amd64,windows/amd64
	.build/release/kpack list $(DEMO)/sample/_output/release-tars/kubernetes-server-linux-amd64.tar.gz
	.build/release/kpack tarballs --root $(DEMO)/greeter --layouts $(DEMO)/greeter/layouts --version 1.2.0
	.build/release/kpack list $(DEMO)/greeter/_output/release-tars/greeter-1.2.0-linux-amd64.tar.gz
	.build/release/kpack base add busybox --rootfs testdata/base --arch amd64 --bases $(DEMO)/greeter/_output/bases
	.build/release/kpack images --root $(DEMO)/greeter --layouts $(DEMO)/greeter/layouts --version 1.2.0
	.build/release/kpack inspect $(DEMO)/greeter/_output/release-images/amd64/greeter.tar

# $(call need,PROGRAMS,PACKAGES): installs the packages where one of the programs is missing.
define need
@for program in $(1); do \
  command -v $$program >/dev/null || { $(SUDO) apt-get update && $(SUDO) apt-get install -y $(2) && break || exit 1; }; \
done
endef

# Side by side with what others use.
bench: bench-tarballs bench-release bench-images

# With tar and pigz; TREE=DIR measures on a tree of yours.
bench-tarballs: all
	$(call need,pigz python3,pigz python3)
	python3 Tests/Benchmarks/bench.py --kpack .build/release/kpack --work .build/bench $(if $(TREE),--tree $(TREE))

# A release of twelve binaries, six images and the sources: cold, with a cache, and with what others package it with.
# It takes 5 GB of disk.
bench-release: all
	$(call need,pigz bsdtar busybox zip rpmbuild python3,pigz libarchive-tools busybox-static zip rpm python3)
	python3 Tests/Benchmarks/bench_release.py --kpack .build/release/kpack --work .build/bench

# How time and memory grow with bytes, files and --jobs, and what more processors would make of it.
bench-scale: all
	$(call need,busybox python3,busybox-static python3)
	python3 Tests/Benchmarks/bench_scale.py --kpack .build/release/kpack --work .build/bench

# With docker build and docker save, buildah and umoci; skipped where no engine can be started.
bench-images: all
	python3 Tests/Benchmarks/bench_images.py --kpack .build/release/kpack --work .build/bench-images || [ $$? = 77 ]

# With tar x of the tarballs.
bench-stage: all
	$(call need,busybox python3,busybox-static python3)
	python3 Tests/Benchmarks/bench_stage.py --kpack .build/release/kpack --work .build/bench

clean:
	rm -rf .build
