#!/bin/sh
exec /usr/bin/llvm-strip-22 "$@"
