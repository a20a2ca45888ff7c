"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _cc_import = "cc_import")

cc_import = _cc_import
