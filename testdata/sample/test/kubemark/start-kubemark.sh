#!/usr/bin/env bash
echo "start-kubemark.sh"
