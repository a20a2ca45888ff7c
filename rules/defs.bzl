"""Public rules: C++ programs linked by DTLTO, and the toolchain that holds the distributor and its options."""

load(
    "//rules:toolchain.bzl",
    _DtltoToolchainInfo = "DtltoToolchainInfo",
    _dtlto_toolchain = "dtlto_toolchain",
)
load("//rules/private:binary.bzl", _dtlto_cc_binary = "dtlto_cc_binary", _dtlto_cc_test = "dtlto_cc_test")

DtltoToolchainInfo = _DtltoToolchainInfo
dtlto_cc_binary = _dtlto_cc_binary
dtlto_cc_test = _dtlto_cc_test
dtlto_toolchain = _dtlto_toolchain
