"""What newer versions of rules_cc have here."""

load("//cc:defs.bzl", _CcToolchainConfigInfo = "CcToolchainConfigInfo")

CcToolchainConfigInfo = _CcToolchainConfigInfo
