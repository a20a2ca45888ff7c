"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _CcInfo = "CcInfo")

CcInfo = _CcInfo
