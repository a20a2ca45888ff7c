"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _cc_test = "cc_test")

cc_test = _cc_test
