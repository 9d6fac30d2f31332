#!/usr/bin/env bash
echo "ginkgo-e2e.sh"
