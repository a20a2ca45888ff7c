package commandline

import (
	"slices"
	"strings"
)

// TwoSteps reports whether it is known that the front end and the optimiser can
// run one after the other. What options write or read in both keeps a
// compilation whole.
func (in *Invocation) TwoSteps() bool {
	return in.Diagnostics == "" && in.Trace == "" && len(in.Read) == 0 &&
		!slices.Contains(in.Args, "--") && !slices.ContainsFunc(in.IRArgs, keepsWhole)
}

// AsmBlocks reports whether an option may allow asm blocks in the style of
// Microsoft, __asm { … }.
func (in *Invocation) AsmBlocks() bool {
	return slices.ContainsFunc(in.Args, func(arg string) bool {
		return arg == "-fasm-blocks" || arg == "-fms-extensions"
	})
}

// keepsWhole reports whether it isn't known that an option gives the same in
// two steps as at once. Sanitizers put the name of the module into it, which is
// that of the source no longer; remarks show lines of the source.
func keepsWhole(arg string) bool {
	name, ok := strings.CutPrefix(arg, "-f")
	if !ok {
		return strings.HasPrefix(arg, "-R") || strings.HasPrefix(arg, "-gsplit-dwarf=")
	}
	name, _, _ = strings.Cut(strings.TrimPrefix(name, "no-"), "=")
	return !inStepsToo.has(name)
}

// inStepsToo holds options that follow -f or -fno-, with a value or without, of
// which it was tried that both ways give equal modules, with clang 22.
const inStepsToo = words(`
	PIC PIE access-control addrsig align-functions align-loops aligned-allocation aligned-new ansi-escape-codes approx-func
	asm-blocks associative-math asynchronous-unwind-tables builtin caret-diagnostics caret-diagnostics-max-lines cf-protection
	char8_t check-new clang-abi-compat color-diagnostics common complex-arithmetic constexpr-backtrace-limit constexpr-depth
	constexpr-steps coroutines cxx-exceptions data-sections debug-compilation-dir debug-default-version debug-macro
	debug-prefix-map declspec delete-null-pointer-checks denormal-fp-math diagnostics-color diagnostics-fixit-info
	diagnostics-format diagnostics-show-line-numbers diagnostics-show-note-include-stack diagnostics-show-option
	diagnostics-show-template-tree digraphs direct-access-external-data discard-value-names dollars-in-identifiers
	elide-constructors elide-type eliminate-unused-debug-symbols eliminate-unused-debug-types emulated-tls enable-matrix exceptions
	excess-precision experimental-library fast-math file-compilation-dir file-prefix-map file-reproducible finite-loops
	finite-math-only force-emit-vtables fp-contract fp-eval-method fp-exception-behavior fp-model freestanding function-sections
	global-isel gnu-inline-asm gnu-keywords gnu89-inline gnuc-version honor-infinities honor-nans hosted inline inline-functions
	inline-hint-functions jump-tables keep-persistent-storage-variables keep-static-consts lax-vector-conversions limit-debug-info
	lto lto-jobs macro-backtrace-limit macro-prefix-map math-errno max-type-align merge-all-constants message-length modules
	ms-compatibility ms-extensions named-loops new-infallible omit-frame-pointer operator-names optimize-sibling-calls pack-struct
	pascal-strings patchable-function-entry pic pie plt profile-update protect-parens raw-string-literals reciprocal-math
	register-global-dtors-with-atexit rounding-math rtti rtti-data semantic-interposition separate-named-sections short-enums
	short-wchar show-column show-source-location signaling-math signed-char signed-zeros sized-deallocation slp-vectorize
	spell-checking spell-checking-limit split-dwarf-inlining stack-clash-protection stack-protector stack-protector-all
	stack-protector-strong stack-size-section standalone-debug strict-aliasing strict-enums strict-flex-arrays
	strict-float-cast-overflow strict-overflow strict-return strict-vtable-pointers template-backtrace-limit template-depth
	thinlto-distributor threadsafe-statics tls-model trap-function trapping-math trapv tree-slp-vectorize tree-vectorize trigraphs
	trivial-auto-var-init unique-section-names unroll-loops unsafe-math-optimizations unsigned-char unwind-tables use-cxa-atexit
	use-init-array use-linker-plugin veclib vectorize verbose-asm visibility visibility-inlines-hidden
	visibility-inlines-hidden-static-local-var visibility-ms-compat wrapv wrapv-pointer zero-call-used-regs zero-initialized-in-bss`)
