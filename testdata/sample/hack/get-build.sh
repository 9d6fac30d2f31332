#!/usr/bin/env bash
echo "get-build.sh"
