#!/bin/sh
# A file of this workspace, for cc_tool, that becomes the clang on this machine.
exec /usr/bin/clang-22 "$@"
