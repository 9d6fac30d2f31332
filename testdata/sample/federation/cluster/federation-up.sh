#!/usr/bin/env bash
echo "federation-up.sh"
