package canon

import "strings"

// What is known of clang's options that touch files which the dist-file
// doesn't declare. They reach a job through --thinlto-remote-compiler-arg=.
// Source: clang/include/clang/Options/Options.td, LLVM 22.

// readsFile holds options whose value, joined by = or in the next argument,
// is one file that the compiler reads.
var readsFile = map[string]bool{
	"-fauto-profile":                 true,
	"-fcodegen-data-use":             true,
	"-fmemory-profile-use":           true,
	"-fpass-plugin":                  true,
	"-fplugin":                       true,
	"-fprofile-instr-use":            true,
	"-fprofile-list":                 true,
	"-fprofile-remapping-file":       true,
	"-fprofile-sample-use":           true,
	"-fprofile-use":                  true,
	"-fsanitize-ignorelist":          true,
	"-fsanitize-system-ignorelist":   true,
	"-fbasic-block-sections-profile": true,
	"-load":                          true,
}

// readsDefaultProfile holds options that, without a value, read
// default.profdata.
var readsDefaultProfile = map[string]bool{
	"-fprofile-use":       true,
	"-fprofile-instr-use": true,
}

// sideOutputs holds options that add an output to each job, and what clang
// puts in the place of the object's .o to name it.
var sideOutputs = map[string]string{
	"-gsplit-dwarf":                        dwoSuffix,
	"-gsplit-dwarf=split":                  dwoSuffix,
	"-fsave-optimization-record":           ".opt.yaml",
	"-fsave-optimization-record=yaml":      ".opt.yaml",
	"-fsave-optimization-record=bitstream": ".opt.bitstream",
}

// notUnderstood holds the beginnings of options that keep a job from being
// cached: those that write files which can't be named, which all jobs would
// share, or which hold the module's path (-ftime-trace, -fstack-usage), and
// those that bring in other programs or arguments.
var notUnderstood = []string{
	"--save-temps", "-save-temps", "-save-stats", "--save-stats",
	"-foptimization-record-file", "-fsave-optimization-record=",
	"-ftime-trace", "-fstack-usage", "-serialize-diagnostics", "--serialize-diagnostics",
	"-MJ", "-dependency-file", "-dumpdir", "-fproc-stat-report=", "-stats-file",
	"-opt-record-file", "-stack-usage-file", "-info-output-file", "-ir-dump-directory",
	"-split-dwarf-file", "-split-dwarf-output",
	"--config", "-B", "-fno-integrated-as", "-no-integrated-as", "-fno-integrated-cc1",
	"-working-directory", "--driver-mode", "-ccc-", "-fembed-offload-object",
}

func isNotUnderstood(arg string) bool {
	for _, prefix := range notUnderstood {
		if strings.HasPrefix(arg, prefix) {
			return true
		}
	}
	return false
}

// dependsOnMachine holds options that mean another processor elsewhere.
var dependsOnMachine = map[string]bool{"-march=native": true, "-mcpu=native": true, "-mtune=native": true}

// forwarders stand between an option and its value: -Xclang -load -Xclang F.
var forwarders = map[string]bool{"-Xclang": true, "-mllvm": true, "-Xllvm": true}

// harmlessPrefixes begin options that name no file, so that a file which
// happens to be called like a part of one isn't taken for its input.
var harmlessPrefixes = []string{
	"--target=", "-O", "-W", "-g", "-march=", "-mcpu=", "-mtune=", "-std=",
	"-D", "-U", "-R", "-fdebug-compilation-dir=", "-ffile-compilation-dir=",
	"-fdebug-prefix-map=", "-ffile-prefix-map=", "-fmacro-prefix-map=",
}

// harmless reports whether arg can't name a file: it says so, or it has no
// room for a name.
func harmless(arg string) bool {
	if strings.HasPrefix(arg, "-") && !strings.ContainsAny(arg, "=,./") {
		return true
	}
	for _, prefix := range harmlessPrefixes {
		if strings.HasPrefix(arg, prefix) {
			return true
		}
	}
	return false
}
