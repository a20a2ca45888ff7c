"""Stands in for buildozer's extension: Bazel names it, and no build here uses it."""

def _buildozer_repository_impl(rctx):
    rctx.file("BUILD.bazel", "")

_buildozer_repository = repository_rule(implementation = _buildozer_repository_impl)

def _buildozer_binary_impl(_mctx):
    _buildozer_repository(name = "buildozer_binary")

buildozer_binary = module_extension(implementation = _buildozer_binary_impl)
