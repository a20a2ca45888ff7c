#!/bin/sh
exec /usr/bin/llvm-ar-22 "$@"
