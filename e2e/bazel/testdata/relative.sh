#!/bin/bash
# A compiler launcher for CMake: gives the compiler paths below the current
# directory as relative ones, as Bazel does. An object has its source's path
# inside.
exec "${@//$PWD\//}"
