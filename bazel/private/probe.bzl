"""What a repository rule finds out about this machine: its platform, the compiler in CC and that compiler's lld."""

_OLDEST_LLD = 22

def host_platform(rctx):
    """Returns this machine's platform, by its name in PLATFORMS if it is there.

    Args:
      rctx: the repository context.

    Returns:
      A string such as linux_x86_64.
    """
    system = rctx.os.name.lower()
    os = "macos" if system.startswith("mac") else "windows" if system.startswith("windows") else "linux"
    if hasattr(rctx.os, "arch"):
        cpu = rctx.os.arch
    elif os == "windows":
        cpu = rctx.os.environ.get("PROCESSOR_ARCHITECTURE", "amd64").lower()
    else:
        cpu = rctx.execute(["uname", "-m"]).stdout.strip()
    return "%s_%s" % (os, {"amd64": "x86_64", "arm64": "aarch64"}.get(cpu, cpu))

def find_compiler(rctx, lld):
    """Finds out the version and the lld of the compiler in CC, which Bazel's own C++ toolchain uses.

    Args:
      rctx: the repository context.
      lld: the NAME in -fuse-ld=NAME if the user gives one, else empty.

    Returns:
      A dict with attributes for dtlto_toolchain; without `compilers` if CC names no clang.
    """
    known = {"lld": lld} if lld else {}
    cc = rctx.os.environ.get("CC", "")
    path = (cc if "/" in cc else rctx.which(cc)) if cc else None
    if not path or not rctx.path(path).exists:
        return known
    compiler = str(path)
    resolved = str(rctx.path(compiler).realpath)
    version = _clang_version(rctx.execute([compiler, "--version"]).stdout)
    if not version:
        return known  # not clang; the rules themselves recognise gcc
    if not lld:
        names = ["lld", "lld-" + version.partition(".")[0]]
        found = [name for name in names if _links_with(rctx, compiler, name)]
        lld = found[0] if found else ""
    return {
        "compiler_version": version,
        "compilers": [compiler] if compiler == resolved else [compiler, resolved],
        "lld": lld,
    }

def _clang_version(text):
    """Returns 22.1.8 for "Debian clang version 22.1.8 (1~deb12u1)…", and "" if that isn't clang's text."""
    words = text.partition("clang version ")[2].split(" ")[0].splitlines()
    return words[0] if words else ""

def _links_with(rctx, compiler, name):
    # Many toolchains pass -no-canonical-prefixes, and clang then finds fewer linkers.
    answer = rctx.execute([compiler, "-no-canonical-prefixes", "-fuse-ld=" + name, "-Wl,--version"])
    _, found, version = answer.stdout.partition("LLD ")
    major = version.partition(".")[0]
    return answer.return_code == 0 and found and not (major.isdigit() and int(major) < _OLDEST_LLD)
