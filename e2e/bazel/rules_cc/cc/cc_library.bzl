"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _cc_library = "cc_library")

cc_library = _cc_library
