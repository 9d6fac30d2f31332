#!/usr/bin/env bash
echo "get-kube-binaries.sh"
