// Package rooms has no code of its own. Its test reads the imports of every
// package below go/ and fails if one of them breaks the floor plan in this file.
package rooms

// A room is one package and what it may import.
type room struct {
	name string // its folder below go/
	ours string // the rooms that it may import, one blank between two
}

// The floor plan, from the ground up: each room may import only rooms above it
// in this list. docs/architecture.md says what each room is for.
//
// A new package needs a row here. Choose as few imports as will do, and think
// twice before you add one to an existing row: a row that grows is usually code
// that stands in the wrong room.
var plan = []room{
	// Formats and values. They know nothing of links, compilations or services.
	{"wire", ""},
	{"digest", "wire"},
	{"bitcode", ""},
	{"option", ""},
	{"report", "option"},
	{"assembly", "bitcode"},
	{"object", "bitcode"},
	{"object/rename", ""},

	// This machine.
	{"host", "option"},
	{"host/memo", ""},
	{"host/filedigest", "digest host/memo"},
	{"history", "host/memo option report"},
	{"history/explain", "history"},
	{"history/page", "history history/explain report"},
	{"history/stats", "history"},
	{"history/trace", "history"},

	// The vocabulary of both wings.
	{"action", "digest object host/filedigest wire"},
	{"clang", "digest host host/filedigest host/memo"},

	// Where results are kept, and where actions run.
	{"store", "action digest host host/memo option wire"},
	{"outage", "action host/memo"},
	{"reapi/remoteflags", "option"},
	{"reapi/credential", "host reapi/remoteflags"},
	{"reapi/rpc", "reapi/remoteflags"},
	{"reapi/pb", "action digest"},
	{"reapi/cas", "action digest reapi/pb reapi/rpc"},
	{"reapi", "action digest reapi/cas reapi/pb reapi/remoteflags reapi/rpc"},

	// The wing of links.
	{"link/distfile", ""},
	{"link/backend", "bitcode clang host link/distfile"},
	{"link/linker", "clang"},
	{"link/slice", "host"},
	{"link/slice/cut", "bitcode link/slice"},
	{"link/canon", "action assembly bitcode clang digest host host/filedigest link/distfile link/slice"},
	{"link/executor", "action digest host"},
	{"link", "action clang digest history host host/filedigest link/backend link/canon link/distfile link/executor " +
		"link/slice object object/rename option report"},

	// Actions of links, run again.
	{"replay", "action digest host wire"},
	{"verify", "action clang digest host host/filedigest link/canon replay"},

	// The wing of compilations.
	{"compile/cppscan", ""},
	{"compile/depfile", ""},
	{"compile/headermemo", "compile/cppscan digest host host/filedigest host/memo"},
	{"compile/commandline", "clang compile/cppscan compile/depfile host"},
	{"compile/searchpath", "clang compile/cppscan compile/depfile host host/memo"},
	{"compile", "action assembly bitcode clang compile/commandline compile/cppscan compile/depfile " +
		"compile/headermemo compile/searchpath digest history host host/filedigest host/memo option"},

	// What stands on both wings.
	{"doctor", "clang digest host host/filedigest link link/slice reapi reapi/credential report store"},

	// The program.
	{"config", "host option"},
	{"cmd/thinrex/settings", "compile config digest history host link option reapi/remoteflags report store"},
	{"cmd/thinrex", "action cmd/thinrex/settings compile config digest doctor history history/explain history/page " +
		"history/stats history/trace host host/filedigest host/memo link link/backend link/distfile link/linker " +
		"link/slice option outage reapi reapi/credential replay report store verify"},

	// A program of its own, because it loads LLVM.
	{"cmd/thinrex-slicer", "link/slice link/slice/cut"},

	// Tools and servers of the tests; the product imports none of them.
	{"internal/patient", ""},
	{"internal/rooms", ""},
	{"internal/quick", ""},
	{"internal/docs", ""},
	{"internal/layout", ""},
	{"internal/reapitest", "digest host reapi/pb"},
	{"internal/cachetest", "action digest internal/reapitest reapi/pb"},
	{"internal/starlarkcheck", ""},
	{"internal/bazeldocs", "internal/starlarkcheck"},
	{"internal/optiondocs", "cmd/thinrex/settings option"},
	{"internal/bench", "bitcode digest history internal/reapitest link/distfile report"},
	{"internal/corpus", ""},
	{"internal/editbench", "link/distfile"},
	{"internal/randomprogram", ""},
	{"internal/slicinghunt", "internal/randomprogram link/distfile report"},
	{"internal/release", ""},
}

// The two wings share the vocabulary and never each other: this holds for their
// tests, too.
var wings = []string{"link", "compile"}

// Libraries that only some rooms may import. A room's name stands for the rooms
// below it, too.
var reserved = []struct {
	library string
	rooms   []string
	inTests bool // any test may import it
}{
	// One place knows how calls fail and are repeated; all others see Go errors.
	{"google.golang.org/grpc", []string{"reapi", "internal/reapitest"}, true},
	// The generated messages and what they need take a millisecond of each start. Rooms that
	// every compilation passes through use package wire.
	{"github.com/bazelbuild/remote-apis", []string{"reapi", "internal"}, true},
	{"google.golang.org/protobuf", []string{"reapi", "internal", "wire"}, true},
	// What an option is called on a command line is no business of the code that obeys it.
	{"github.com/spf13/cobra", []string{"cmd", "config"}, false},
	{"github.com/spf13/pflag", []string{"cmd", "config"}, false},
	// It makes a program start more slowly, and only on systems with a dynamic loader.
	{"github.com/ebitengine/purego", []string{"link/slice/cut"}, false},
}

// Imports that the plan forbids and that are there for a reason.
var exceptions = map[string][]string{
	"cmd/thinrex": {"google.golang.org/grpc/grpclog"}, // main silences gRPC's log
}
