# kpack: build, test, demonstrate, measure. `make demo` and `make test` do all the set-up on a Debian machine with Swift.

SWIFT ?= swift
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
DEMO := .build/demo

.PHONY: all deps test test-slow test-images test-bare lint check-house demo bench bench-tarballs bench-release \
  bench-images bench-scale clean

all: deps
	$(SWIFT) build -c release

# What the build needs beside Swift, installed only where it is missing.
deps:
	@if ! [ -e /usr/include/zlib.h ] || ! [ -e /usr/include/openssl/evp.h ] || ! command -v git >/dev/null; then \
	  $(SUDO) apt-get update && $(SUDO) apt-get install -y zlib1g-dev libssl-dev git; \
	fi

test: deps
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

# What takes minutes: entries of 8 GiB, hundreds of thousands of files.
test-slow: deps
	KPACK_SLOW_TESTS=1 $(SWIFT) test --filter CommandTests.Slow

# Images against bases of Debian's packages, docker build and other tools; skipped where these cannot be had.
test-images: all
	@bash Tests/Integration/run-images.sh .build/release/kpack .build/images || [ $$? = 77 ]

# The demo and the tests in a root file system with nothing but what Swift, git and make need; skipped where there is
# no root or no mmdebstrap.
test-bare:
	@bash Tests/Integration/bare-machine.sh . .build/bare || [ $$? = 77 ]

lint:
	$(SWIFT) format lint --strict -r -p Package.swift Sources Tests layouts

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
	$(call need,pigz bsdtar busybox python3,pigz libarchive-tools busybox-static python3)
	python3 Tests/Benchmarks/bench_release.py --kpack .build/release/kpack --work .build/bench

# How time and memory grow with bytes, files and --jobs, and what more processors would make of it.
bench-scale: all
	$(call need,busybox python3,busybox-static python3)
	python3 Tests/Benchmarks/bench_scale.py --kpack .build/release/kpack --work .build/bench

# With docker build and docker save, buildah and umoci; skipped where no engine can be started.
bench-images: all
	python3 Tests/Benchmarks/bench_images.py --kpack .build/release/kpack --work .build/bench-images || [ $$? = 77 ]

clean:
	rm -rf .build
