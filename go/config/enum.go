package config

import (
	"fmt"
	"strings"

	"thinrex/go/digest"
)

// An ExecStrategy says where compilations run; the names are reclient's.
type ExecStrategy string

// The strategies.
const (
	StrategyDefault  ExecStrategy = "" // StrategyFallback with an executor, else StrategyLocal
	StrategyLocal    ExecStrategy = "local"
	StrategyRemote   ExecStrategy = "remote"
	StrategyFallback ExecStrategy = "remote_local_fallback"
	StrategyRacing   ExecStrategy = "racing"
)

// Toolchain says how a worker comes by the compiler.
type Toolchain string

// The toolchains.
const (
	ToolchainImage  Toolchain = "image"  // the worker has it
	ToolchainUpload Toolchain = "upload" // it is an input of each action
)

// CompileKeys say what of a compilation thinrex cc looks up.
type CompileKeys string

// The keys.
const (
	CompileKeysDirect CompileKeys = "direct" // what the compiler reads
	CompileKeysIR     CompileKeys = "ir"     // what its front end makes of it
	CompileKeysBoth   CompileKeys = "both"   // the former, then the latter
)

// UploadLocalResults says whether a result that was made here goes to the
// remote cache.
type UploadLocalResults string

// The answers.
const (
	UploadAuto  UploadLocalResults = "auto" // unless workers of a --remote_executor do
	UploadTrue  UploadLocalResults = "true"
	UploadFalse UploadLocalResults = "false"
)

// Set takes auto and Bazel's spellings of a boolean.
func (u *UploadLocalResults) Set(s string) error {
	if strings.EqualFold(s, string(UploadAuto)) {
		*u = UploadAuto
		return nil
	}
	yes, err := parseBool(s)
	if err != nil {
		return fmt.Errorf("%w, nor auto", err)
	}
	*u = UploadFalse
	if yes {
		*u = UploadTrue
	}
	return nil
}

func (u *UploadLocalResults) String() string { return string(*u) }

// Type is the value's name in --help.
func (u *UploadLocalResults) Type() string { return "auto|bool" }

// choice is a pflag.Value that takes one of some words, in any case.
type choice[T ~string] struct {
	to    *T
	words []T
}

func among[T ~string](to *T, words ...T) choice[T] { return choice[T]{to, words} }

func (c choice[T]) Set(s string) error {
	var known []string
	for _, w := range c.words {
		if strings.EqualFold(s, string(w)) {
			*c.to = w
			return nil
		}
		if w != "" {
			known = append(known, string(w))
		}
	}
	return fmt.Errorf("%q is none of %s", s, strings.Join(known, ", "))
}

func (c choice[T]) String() string { return string(*c.to) }
func (c choice[T]) Type() string   { return "name" }

// function is the pflag.Value of a digest function, its name in any case.
type function digest.Function

func (f *function) Set(s string) error {
	for _, known := range []digest.Function{digest.SHA256, digest.BLAKE3} {
		if strings.EqualFold(s, known.String()) {
			*f = function(known)
			return nil
		}
	}
	return fmt.Errorf("%q is neither %s nor %s", s, digest.SHA256, digest.BLAKE3)
}

func (f *function) String() string { return digest.Function(*f).String() }
func (f *function) Type() string   { return "name" }
