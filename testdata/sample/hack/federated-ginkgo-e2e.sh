#!/usr/bin/env bash
echo "federated-ginkgo-e2e.sh"
