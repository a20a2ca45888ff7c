"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _DebugPackageInfo = "DebugPackageInfo")

DebugPackageInfo = _DebugPackageInfo
