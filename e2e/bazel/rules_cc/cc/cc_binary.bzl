"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _cc_binary = "cc_binary")

cc_binary = _cc_binary
