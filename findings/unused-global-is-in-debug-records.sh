#!/usr/bin/env bash
# LLVM's C API says that nothing uses a global, but replacing its uses changes what a debugger shows.
#
# Seen with libLLVM 22.1.8 (Debian 12). The local variable where is optimised away; only a debug record says that it
# holds the address of the global counter. LLVMGetFirstUse returns NULL for counter, since records and metadata aren't
# in its list of uses. LLVMReplaceAllUsesWith rewrites them all the same. So if one replaces counter by null, as one
# does before one deletes a global, a debugger says "where = 0" instead of "optimised out"; without the replacement it
# is right. One would expect that replacing the uses of what has none does nothing. The C++ API can tell
# (Value::isUsedByMetadata), the C API can't.
#
# Output seen: "first use: NULL; deleted: unknown; replaced by null and deleted: (0)".
# Exits 0 while it is so, 1 when LLVM behaves otherwise, 2 when it can't be tried.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib/debian.sh
source "$here/lib/debian.sh"
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
cd "$w" || exit 2
command -v python3 >/dev/null || { echo "python3 isn't here"; exit 2; }
llvm22 "$w/root" || exit 2

cat >a.c <<'C'
int counter;
int f(int n) { int *where = &counter; return n; }
C
cat >delete.py <<'P'
import ctypes, sys
llvm = ctypes.CDLL("libLLVM.so.22.1")

def call(name, *arguments):
    function = getattr(llvm, name)
    function.restype = ctypes.c_void_p
    return function(*[ctypes.c_void_p(a) if isinstance(a, int) else a for a in arguments])

data, module = ctypes.c_void_p(), ctypes.c_void_p()
call("LLVMCreateMemoryBufferWithContentsOfFile", b"a.bc", ctypes.byref(data), ctypes.byref(ctypes.c_void_p()))
call("LLVMParseBitcodeInContext2", call("LLVMContextCreate"), data, ctypes.byref(module))
counter = call("LLVMGetNamedGlobal", module, b"counter")
print("NULL" if call("LLVMGetFirstUse", counter) is None else "a use")
if sys.argv[1] == "replaced":
    call("LLVMReplaceAllUsesWith", counter, call("LLVMConstNull", call("LLVMTypeOf", counter)))
call("LLVMDeleteGlobal", counter)
call("LLVMWriteBitcodeToFile", module, sys.argv[1].encode() + b".bc")
P

clang-22 -O2 -g -c -emit-llvm a.c -o a.bc || exit 2
for how in deleted replaced; do
  use=$(python3 delete.py "$how") && clang-22 -O2 -c "$how.bc" -o "$how.o" || exit 2
done
where() { llvm-dwarfdump-22 --name=where "$1.o" | sed -nE 's/.*DW_AT_(const_value|location)[[:space:]]*//p'; }
deleted=$(where deleted) replaced=$(where replaced)
echo "first use: $use; deleted: ${deleted:-unknown}; replaced by null and deleted: ${replaced:-unknown}"
[[ $use == NULL && -z $deleted && $replaced == "(0)" ]]
