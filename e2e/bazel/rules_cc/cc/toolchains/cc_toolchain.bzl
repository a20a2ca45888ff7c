"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _cc_toolchain = "cc_toolchain")

cc_toolchain = _cc_toolchain
