#!/usr/bin/env bash
echo "e2e-up.sh"
