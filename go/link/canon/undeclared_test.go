package canon

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thinrex/go/action"
	"thinrex/go/digest"
)

// Files that options read or write undeclared become inputs and outputs of the action.
func TestUndeclaredFiles(t *testing.T) {
	for name, tc := range map[string]struct {
		change     func(f *fixture)
		arg        string // canonical
		input      string // canonical name of an input with the content "x"
		outputName string // of an output, and where it goes
		outputPath string
	}{
		"profile": {
			change: func(f *fixture) { f.write("p/a.prof", "x"); f.arg("-fprofile-use=p/a.prof") },
			arg:    "-fprofile-use=c/00000",
			input:  "c/00000",
		},
		"profile folder": {
			change: func(f *fixture) { f.write("p/default.profdata", "x"); f.arg("-fprofile-use=p") },
			arg:    "-fprofile-use=c/00000",
			input:  "c/00000",
		},
		"default profile": {
			change: func(f *fixture) { f.write("default.profdata", "x"); f.arg("-fprofile-use") },
			arg:    "-fprofile-use=c/00000",
			input:  "c/00000",
		},
		"plugin": {
			change: func(f *fixture) { f.write("p.so", "x"); f.arg("-fpass-plugin=./p.so") },
			arg:    "-fpass-plugin=c/00000",
			input:  "c/00000",
		},
		"plugin of cc1": {
			change: func(f *fixture) { f.write("p.so", "x"); f.arg("-Xclang", "-load", "-Xclang", "p.so") },
			arg:    "c/00000",
			input:  "c/00000",
		},
		"common input": {
			change: func(f *fixture) {
				f.write("s", "x")
				f.common.Inputs = []string{"s"}
				f.arg("-fprofile-sample-use=s")
			},
			arg:   "-fprofile-sample-use=c/00000",
			input: "c/00000",
		},
		"extra input": {
			change: func(f *fixture) {
				f.write("s", "x")
				f.opts.ExtraInputs = []string{"s"}
				f.arg("-mllvm", "-table=s")
			},
			arg:   "-table=c/00000",
			input: "c/00000",
		},
		"extra input, spelled otherwise": {change: func(f *fixture) {
			f.write("s", "x")
			f.opts.ExtraInputs = []string{absolute("s")}
			f.arg("-fbasic-block-sections=list=./s")
		},
			arg:   "-fbasic-block-sections=list=c/00000",
			input: "c/00000"},
		"extra input, apart": {
			change: func(f *fixture) { f.write("d/s", "x"); f.opts.ExtraInputs = []string{"d//s"} },
			arg:    "-O2",
			input:  "d/s",
		},
		"split DWARF": {
			change:     func(f *fixture) { f.arg("-gsplit-dwarf") },
			arg:        "-split-dwarf-output",
			outputName: "m.native.dwo",
			outputPath: "thinrex-dwo/*.dwo",
		},
		"remarks": {
			change:     func(f *fixture) { f.arg("-fsave-optimization-record") },
			arg:        "-fsave-optimization-record",
			outputName: "m.native.opt.yaml",
			outputPath: "main.1.1234.native.opt.yaml",
		},
		"declared output": {
			change:     func(f *fixture) { f.job.Outputs = append(f.job.Outputs, "main.1.1234.native.dwo") },
			arg:        "-O2",
			outputName: "m.native.dwo",
			outputPath: "main.1.1234.native.dwo",
		},
		"foreign output": {
			change:     func(f *fixture) { f.job.Outputs = append(f.job.Outputs, "logs/x") },
			arg:        "-O2",
			outputName: "o00000",
			outputPath: "logs/x",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			tc.change(f)
			a := f.build()
			if !slices.Contains(a.Args, tc.arg) {
				t.Errorf("args = %q, want %q among them", a.Args, tc.arg)
			}
			if tc.input != "" && !slices.ContainsFunc(a.Inputs, func(in action.Input) bool {
				return in.Name == tc.input && in.Digest == digest.SHA256.Of([]byte("x"))
			}) {
				t.Errorf("inputs = %v", a.Inputs)
			}
			if tc.outputName != "" && !slices.ContainsFunc(a.Outputs, func(out action.Output) bool {
				match, _ := filepath.Match(tc.outputPath, out.Path)
				return out.Name == tc.outputName && match
			}) {
				t.Errorf("outputs = %v", a.Outputs)
			}
		})
	}
}

func TestUncacheable(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(f *fixture)
		want   string
	}{
		"no shard":        {func(f *fixture) { f.job.Args = f.job.Args[:1] }, "no -fthinlto-index= argument"},
		"empty shard":     {func(f *fixture) { f.write(shardPath, "") }, "can't be read"},
		"truncated shard": {func(f *fixture) { truncate(f, shardPath) }, "can't be read"},
		"unlisted import": {
			func(f *fixture) { f.job.Inputs = f.job.Inputs[:3] },
			"which the dist-file doesn't list",
		},
		"missing profile": {func(f *fixture) { f.common.Inputs = []string{"absent.prof"} }, "absent.prof"},
		"embedded command line": {
			func(f *fixture) { f.arg("-mllvm"); f.arg("-lto-embed-bitcode=post-merge-pre-opt") },
			"thinrex doesn't know what -lto-embed-bitcode=post-merge-pre-opt reads or writes",
		},
		"save-temps": {
			func(f *fixture) { f.arg("--save-temps") },
			"--save-temps writes files that thinrex doesn't keep",
		},
		"native": {
			func(f *fixture) { f.arg("-march=native") },
			"-march=native means the processor of this machine",
		},
		"native, with more": {
			func(f *fixture) { f.arg("-mcpu=native+crypto") },
			"-mcpu=native+crypto means the processor of this machine",
		},
		"unknown option": {
			func(f *fixture) { f.write("data", "x"); f.arg("-mystery=data") },
			"--extra_input=data",
		},
		"plugin argument": {func(f *fixture) { f.write("d", "x"); f.arg("-mllvm", "-table=d") }, "may read d"},
		"response file":   {func(f *fixture) { f.write("more", "-O3"); f.arg("@more") }, "may read more"},
		"samples in a folder": {
			func(f *fixture) { f.write("p/default.profdata", "x"); f.arg("-fprofile-sample-use=p") },
			"p: is a directory",
		},
		"missing plugin":  {func(f *fixture) { f.arg("-fpass-plugin=absent.so") }, "absent.so"},
		"include path":    {func(f *fixture) { f.write("x.h", ""); f.arg("-I./x.h") }, "may read ./x.h"},
		"configuration":   {func(f *fixture) { f.write("c.cfg", ""); f.arg("--config=c.cfg") }, "--config=c.cfg"},
		"other assembler": {func(f *fixture) { f.arg("-fno-integrated-as") }, "-fno-integrated-as"},
		"other programs":  {func(f *fixture) { f.arg("-B/opt/tools") }, "-B/opt/tools"},
		"extra over module": {
			func(f *fixture) { f.opts.ExtraInputs = []string{modulePath, "m.o"}; f.write("m.o", "x") },
			"--extra_input=m.o has no place",
		},
		"extra above": {
			func(f *fixture) { f.write("../t", "x"); f.opts.ExtraInputs = []string{"../t"} },
			"--extra_input=../t has no place",
		},
		"relative compiler": {func(f *fixture) {
			f.write("bin/cc", "x")
			f.opts.Launched, f.opts.ExtraInputs = []string{"bin/cc"}, []string{"bin/cc"}
			f.arg("bin/cc")
		}, "bin/cc is a relative name"},
		"time trace": {func(f *fixture) { f.arg("-ftime-trace") }, "-ftime-trace"},
		"remarks to a file": {
			func(f *fixture) { f.arg("-foptimization-record-file=r.yaml") },
			"-foptimization-record-file",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			tc.change(f)
			_, err := f.try()
			if _, ok := errors.AsType[*action.Uncacheable](err); !ok || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error = %v, want an Uncacheable with %q", err, tc.want)
			}
		})
	}
}
