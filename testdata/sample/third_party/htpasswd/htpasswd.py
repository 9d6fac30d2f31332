#!/usr/bin/env bash
echo "htpasswd.py"
