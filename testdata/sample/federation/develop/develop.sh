#!/usr/bin/env bash
echo "develop.sh"
