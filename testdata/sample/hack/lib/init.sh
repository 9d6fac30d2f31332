#!/usr/bin/env bash
echo "init.sh"
