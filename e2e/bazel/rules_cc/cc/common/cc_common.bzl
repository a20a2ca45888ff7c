"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _cc_common = "cc_common")

cc_common = _cc_common
