package commandline

import "strings"

// What is known of clang's options, in its GCC-like mode. An option that isn't
// here makes the compilation run as it is: what it reads or writes isn't
// known. Source: clang/include/clang/Options/Options.td, LLVM 22.

// flags holds options without a value that change the object, or messages, and
// nothing else.
var flags = words(`
	-c -w -W -pipe -pthread -pedantic -pedantic-errors -ansi -trigraphs -undef -traditional-cpp -CC -C
	-nostdinc -nostdinc++ -nostdlibinc -nobuiltininc -no-canonical-prefixes -canonical-prefixes
	-nostdlib -nodefaultlibs -nostartfiles -nostdlib++ -static -shared -rdynamic -s -static-libgcc -static-libstdc++ -static-pie -pie -no-pie
	--no-default-config -Qunused-arguments -Qn -Qy -pg -fno-fat-lto-objects -fno-modules -fno-ms-compatibility -fansi-escape-codes -Wa,--noexecstack
	-g -g0 -g1 -g2 -g3 -ggdb -ggdb0 -ggdb1 -ggdb2 -ggdb3 -glldb -gsce -gdwarf -gdwarf-2 -gdwarf-3 -gdwarf-4 -gdwarf-5 -gdwarf32 -gdwarf64
	-gline-tables-only -gline-directives-only -gmlt -gcolumn-info -gno-column-info -gpubnames -gno-pubnames -ggnu-pubnames
	-gno-gnu-pubnames -gstrict-dwarf -gno-strict-dwarf -gsimple-template-names -gno-simple-template-names -gkey-instructions
	-gno-key-instructions -gcall-site-info -gno-call-site-info -ginline-line-tables -gno-inline-line-tables -gz -gno-split-dwarf
	-gsplit-dwarf -gsplit-dwarf=split -gsplit-dwarf=single -gembed-source -gno-embed-source -gomit-unreferenced-methods`)

// fFlags holds options that follow -f or -fno-, likewise.
var fFlags = words(`
	PIC PIE pic pie access-control addrsig aligned-allocation aligned-new align-functions align-loops approx-func asm-blocks associative-math assume-sane-operator-new
	assume-unique-vtables assumptions asynchronous-unwind-tables async-exceptions basic-block-address-map blocks borland-extensions
	builtin c++-static-destructors caret-diagnostics cf-protection char8_t check-new color-diagnostics common complete-member-pointers
	constant-cfstrings convergent-functions coroutines coro-aligned-allocation cx-fortran-rules cx-limited-range cxx-exceptions
	data-sections debug-info-for-profiling debug-macro debug-ranges-base-address debug-types-section declspec
	delete-null-pointer-checks diagnostics-color diagnostics-fixit-info diagnostics-show-category diagnostics-show-line-numbers
	diagnostics-show-note-include-stack diagnostics-show-option diagnostics-show-template-tree digraphs direct-access-external-data
	discard-value-names dollars-in-identifiers dwarf2-cfi-asm elide-constructors elide-type eliminate-unused-debug-symbols
	eliminate-unused-debug-types emulated-tls enable-matrix exceptions experimental-library fast-math file-reproducible
	fine-grained-bitfield-accesses finite-loops finite-math-only force-dwarf-frame force-emit-vtables force-enable-int128
	freestanding function-sections global-isel gnu-inline-asm gnu-keywords gnu89-inline honor-infinities honor-nans hosted ident
	init-global-zero inline inline-functions inline-functions-called-once inline-hint-functions
	instrument-functions instrument-functions-after-inlining instrument-function-entry-bare integrated-as integrated-cc1 jump-tables
	keep-inline-functions keep-persistent-storage-variables keep-static-consts knr-functions lax-vector-conversions limit-debug-info lto lto-unit
	math-errno merge-all-constants merge-constants ms-extensions named-loops new-infallible omit-frame-pointer
	openmp openmp-simd operator-names optimize-sibling-calls pascal-strings pcc-struct-return plt preserve-as-comments protect-parens
	pseudo-probe-for-profiling raw-string-literals reciprocal-math reg-struct-return register-global-dtors-with-atexit relaxed-template-template-args
	ropi rounding-math rtti rtti-data rwpi sanitize-address-globals-dead-stripping sanitize-address-use-after-scope
	sanitize-address-use-odr-indicator sanitize-cfi-canonical-jump-tables sanitize-cfi-cross-dso sanitize-cfi-icall-experimental-normalize-integers
	sanitize-cfi-icall-generalize-pointers sanitize-memory-param-retval sanitize-memory-track-origins sanitize-memory-use-after-dtor
	sanitize-merge sanitize-minimal-runtime sanitize-recover sanitize-stats sanitize-thread-atomics sanitize-thread-func-entry-exit
	sanitize-thread-memory-access sanitize-trap semantic-interposition separate-named-sections short-enums short-wchar show-column
	show-source-location signaling-math signed-bitfields signed-char signed-zeros sized-deallocation skip-odr-check-in-gmf
	slp-vectorize spell-checking split-dwarf-inlining split-lto-unit split-machine-functions split-stack stack-clash-protection
	stack-protector stack-protector-all stack-protector-strong stack-size-section standalone-debug strict-aliasing strict-enums
	strict-float-cast-overflow strict-overflow strict-return strict-vtable-pointers threadsafe-statics time-trace-verbose
	trapping-math trapv tree-slp-vectorize tree-vectorize trigraphs unified-lto unique-basic-block-section-names unique-internal-linkage-names unique-section-names
	unroll-loops unsafe-math-optimizations unsigned-char unsigned-bitfields unwind-tables use-cxa-atexit use-init-array
	use-line-directives use-linker-plugin vectorize verbose-asm virtual-function-elimination visibility-global-new-delete-hidden
	visibility-inlines-hidden visibility-inlines-hidden-static-local-var visibility-ms-compat whole-program-vtables wrapv
	wrapv-pointer writable-strings xray-instrument zero-initialized-in-bss zvector`)

// fValues holds options that follow -f or -fno- and have a value after =, none
// of which names a file.
var fValues = words(`
	abi-version aligned-new align-functions align-jumps align-labels align-loops c++-abi caret-diagnostics-max-lines cf-protection clang-abi-compat
	complex-arithmetic constexpr-backtrace-limit constexpr-depth constexpr-steps coverage-compilation-dir debug-compilation-dir
	debug-default-version debug-prefix-map denormal-fp-math diagnostics-color diagnostics-format diagnostics-show-category
	diagnostics-hotness-threshold excess-precision exec-charset extend-variable-liveness file-compilation-dir file-prefix-map fp-contract fp-eval-method
	fp-exception-behavior fp-model gnuc-version inline-max-stacksize input-charset instrument-functions-exclude-function-list lax-vector-conversions
	lto lto-jobs macro-backtrace-limit macro-prefix-map matrix-memory-layout max-type-align message-length new-alignment
	openmp openmp-version operator-arrow-depth pack-struct patchable-function-entry profile-update random-seed sanitize sanitize-address-destructor sanitize-address-field-padding
	sanitize-address-use-after-return sanitize-coverage sanitize-memory-track-origins sanitize-merge sanitize-recover sanitize-trap
	sanitize-skip-hot-cutoff sanitize-undefined-ignore-overflow-pattern show-overloads spell-checking-limit strict-flex-arrays
	template-backtrace-limit template-depth thinlto-distributor time-trace-granularity tls-model trap-function trivial-auto-var-init trivial-auto-var-init-max-size
	trivial-auto-var-init-stop-after unique-source-file-identifier veclib visibility visibility-global-new-delete zero-call-used-regs
	coverage-prefix-map use-ld`)

// prefixes begin options that hold their value and name no file.
var prefixes = []string{
	"-std=", "--std=", "-D", "-U", "--target=", "-stdlib=", "--stdlib=", "-rtlib=", "--rtlib=", "-unwindlib=", "--unwindlib=",
	"-fno-builtin-", "-gz=", "-R", "-L", "-l", "--gcc-toolchain=", "--gcc-install-dir=", "--gcc-triple=", "-resource-dir=",
	"--system-header-prefix=", "--no-system-header-prefix=", "-ferror-limit=", "-fdiagnostics-color=", "-ftemplate-depth-",
	"--param=", "-Xthinlto-distributor=",
}

// separate holds options whose value is the next argument and names no file.
var separate = words(`-D -U -target -Xlinker -z --param --std`)

// headerOptions have a value, joined or in the next argument, that is a file
// read before the source, or a folder of headers. An option stands before those
// that it begins with.
var headerOptions = []string{
	"-include", "-imacros", "--include=", "--include",
	"-isystem-after", "-isystem", "-iquote", "-idirafter", "-cxx-isystem", "-stdlib++-isystem", "-isysroot", "--sysroot=", "--sysroot", "-I",
}

// readsFile holds options that follow -f, whose value is a file that the
// compiler reads and the depfile may not name.
var readsFile = words(`
	profile-use profile-instr-use profile-sample-use memory-profile-use profile-list profile-remapping-file
	sanitize-ignorelist sanitize-system-ignorelist sanitize-coverage-allowlist sanitize-coverage-ignorelist`)

// words are looked through as they stand: a hit asks for a few only.
type words string

func (list words) has(w string) bool {
	if w == "" || strings.ContainsAny(w, blanks) {
		return false
	}
	isBlank := func(at int) bool {
		return at < 0 || at == len(list) || strings.IndexByte(blanks, list[at]) >= 0
	}
	for at := 0; ; at++ {
		i := strings.Index(string(list[at:]), w)
		if i < 0 {
			return false
		}
		if at += i; isBlank(at-1) && isBlank(at+len(w)) {
			return true
		}
	}
}

const blanks = " \t\n"

// isKnown reports whether an option without files is one whose meaning is
// known. It doesn't see options that have files or a second argument.
func isKnown(arg string) bool {
	switch {
	case flags.has(arg):
		return true
	case strings.HasPrefix(arg, "-W"):
		return !strings.HasPrefix(arg, "-Wa,") && (!strings.HasPrefix(arg, "-Wp,") || len(passedMacros(arg)) > 0)
	case strings.HasPrefix(arg, "-O"):
		return !strings.HasPrefix(arg, "-Obj")
	case strings.HasPrefix(arg, "-m"):
		return isMachine(arg)
	case strings.HasPrefix(arg, "-f"):
		name, _, joined := strings.Cut(strings.TrimPrefix(arg[2:], "no-"), "=")
		if (joined && fValues.has(name) || !joined && fFlags.has(name)) && !unsafe.has(arg) {
			return true
		}
	}
	for _, p := range prefixes {
		if strings.HasPrefix(arg, p) {
			return true
		}
	}
	return false
}

// unsafe holds spellings that flags, fFlags and fValues would let through:
// those that bring in other programs, and messages that hold absolute paths.
var unsafe = words(`-fno-integrated-as -fno-integrated-cc1 -fdiagnostics-format=sarif -fdiagnostics-format=SARIF`)

// isMachine takes processor features and models. -mllvm and other options
// with a value that may be anything aren't among them.
func isMachine(arg string) bool {
	name, value, joined := strings.Cut(arg, "=")
	if !joined {
		return arg != "-mllvm" && arg != "-mlinker-version" && !strings.ContainsAny(arg, "/,")
	}
	switch name {
	case "-march", "-mcpu", "-mtune":
		return !strings.HasPrefix(value, "native") // another processor elsewhere
	case "-mabi", "-mcmodel", "-mfloat-abi", "-mfpu", "-mprefer-vector-width", "-mstack-alignment", "-mtls-dialect", "-mtls-size",
		"-mbranch-protection", "-mharden-sls", "-mfunction-return", "-mindirect-branch", "-mregparm", "-mthread-model", "-mstack-probe-size",
		"-mstack-protector-guard", "-mstack-protector-guard-offset", "-mstack-protector-guard-reg", "-mstack-protector-guard-symbol",
		"-masm", "-mfpmath", "-mrecip", "-mvscale-bits", "-msve-vector-bits", "-mrvv-vector-bits":
		return true
	}
	return false
}
