#!/usr/bin/env bash
echo "deploy.sh"
