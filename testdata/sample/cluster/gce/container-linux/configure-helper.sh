#!/usr/bin/env bash
echo "configure-helper.sh"
