package canon

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"thinrex/go/action"
	"thinrex/go/bitcode"
	"thinrex/go/link/slice"
)

// A Sliced action does what a whole one does, and its key holds less: of each imported
// module it reads a slice, which holds the values that the job imports and nothing else.
//
// A local symbol f that another module needs is promoted: it is called f.llvm.NUMBER,
// where the number is made of the hash of f's module. With this number, each edit of a
// module would change the keys of all jobs that import from it. So a sliced action has
// placeholders instead, which depend on the place of the import alone. Names says which
// number each stands for: it must be put back before anybody sees an output. The same is
// done with the numbers of string literals, see literals.
type Sliced struct {
	Action *action.Action
	Names  map[string]string // for package rename: placeholders, and what they stand for
}

// firstPlaceholder is that of the first import, the next is one more, and so on. They are
// as long as the numbers of hashes can be, and no text holds them by chance.
const firstPlaceholder = 17836401925500000000

// placeholderOf returns the placeholder of a module; the first one is the job's own.
func placeholderOf(module int) uint64 { return firstPlaceholder + uint64(module-1) }

// placeholderPrefix is what all placeholders begin with.
const placeholderPrefix = "178364019255000"

var (
	// ErrNotSliced says that slices could change what an action does.
	ErrNotSliced = errors.New("reads its imports whole")
	// ErrNothingCut says that an action has no imports, or that all of them stay whole.
	ErrNothingCut = errors.New("there is no slice to read")
)

// Slice makes the sliced action of a job's whole one. The error is ErrNotSliced,
// ErrNothingCut, or one of cut's, which ends the link.
func (b *Builder) Slice(whole *action.Action, cut Cutter) (*Sliced, error) {
	if len(whole.Outputs) != 1 {
		return nil, fmt.Errorf("%s %w: it has more outputs than an object", whole.Subject, ErrNotSliced)
	}
	if arg := seesMore(whole.Args); arg != "" {
		return nil, fmt.Errorf("%s %w: with %s, more of them may matter, or their names",
			whole.Subject, ErrNotSliced, arg)
	}
	at := ShardAt(whole)
	if at == 1 { // the job's own module stands before it
		return nil, ErrNothingCut
	}
	shard, err := bitcode.Parse(whole.Inputs[at].Data)
	if err != nil {
		return nil, fmt.Errorf("%s %w: %w", whole.Subject, ErrNotSliced, err)
	}
	imports, err := shard.Imports()
	if err != nil {
		return nil, fmt.Errorf("%s %w: %w", whole.Subject, ErrNotSliced, err)
	}
	a := &action.Action{
		Subject: whole.Subject,
		Args:    whole.Args,
		Inputs:  slices.Clone(whole.Inputs),
		Tools:   whole.Tools,
		Outputs: whole.Outputs,
	}
	names, err := b.sliceInputs(a, at, shard, imports, cut)
	if err != nil {
		return nil, err
	}
	a.Inputs[at].Digest = b.opts.Files.Function().Of(a.Inputs[at].Data)
	if err := a.Seal(b.spec); err != nil {
		return nil, err
	}
	b.scanned.rememberJob(a.Digest, assemblyFiles{}) // the whole modules were scanned
	return &Sliced{Action: a, Names: names}, nil
}

// ShardAt returns the place of the shard among an action's inputs: behind the job's own module
// and those that it imports from.
func ShardAt(a *action.Action) int {
	return slices.IndexFunc(a.Inputs, func(in action.Input) bool { return in.Name == shardName })
}

// A Cutter returns a slice of a module; nil if the module is to stay whole. An error
// ends the link.
type Cutter func(module action.Input, r slice.Request) ([]byte, error)

// seesMore returns an argument because of which the compiler may import other values than
// the shard lists, look at the others, or decide by hashes in names; "" if there is none.
func seesMore(args []string) string {
	for i, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-fprofile-"), strings.HasPrefix(arg, "-fmemory-profile-use="):
			return arg
		case strings.HasPrefix(arg, "-fpass-plugin="), strings.HasPrefix(arg, "-fplugin="), arg == "-load":
			return arg
		case arg == "-mllvm" && i+1 < len(args) && strings.Contains(args[i+1], "import"):
			return args[i+1]
		case strings.HasPrefix(arg, "-mllvm=") && strings.Contains(arg, "import"):
			return arg
		}
	}
	return ""
}

// sliceInputs replaces an action's modules by slices, and the shard behind them by one that
// has placeholders. It returns what these stand for.
func (b *Builder) sliceInputs(
	a *action.Action, at int, shard *bitcode.Shard, imports map[string][]uint64, cut Cutter,
) (map[string]string, error) {
	modules := a.Inputs[:at] // the first one is the job's own, which stays
	if len(modules) == 1 {
		return nil, ErrNothingCut
	}
	notSliced := func(err error) error { return fmt.Errorf("%s %w: %w", modules[0].File.Path, ErrNotSliced, err) }
	declared, err := b.declarations(modules)
	if err != nil {
		return nil, notSliced(err)
	}
	literals := literalsOf(modules, declared, shard)
	if !ignoreSizes(a.Args) {
		literals.keepTexts()
	}
	if err := b.cutImports(modules, requests(modules, declared, imports, literals), literals, cut); err != nil {
		return nil, err
	}
	if shard, err = literals.inShard(shard, declared); err != nil {
		return nil, notSliced(err)
	}
	names, err := placeholders(shard, modules, &a.Inputs[at])
	if err != nil {
		return nil, notSliced(err)
	}
	literals.addNames(names)
	return names, nil
}

// requests returns what each module is cut to; the job's own one isn't.
func requests(
	modules []action.Input, declared []*bitcode.Module, imports map[string][]uint64, ls literals,
) []slice.Request {
	list := make([]bitcode.Import, len(modules)-1)
	for i, in := range modules[1:] {
		list[i] = bitcode.Import{Module: declared[1+i], Keep: imports[in.Name]}
	}
	requests := make([]slice.Request, len(modules))
	seen := bitcode.Seen(declared[0], list)
	for i, mention := range bitcode.Mentions(declared[0], list) {
		in := modules[1+i]
		requests[1+i] = slice.Request{
			Path:     in.File.Path,
			Keep:     imports[in.Name],
			Mention:  mention,
			Literals: ls.guids(1 + i),
		}
		if texts := ls.texts(1 + i); len(texts) > 0 {
			requests[1+i].Texts, requests[1+i].Seen = texts, seen[i]
		}
	}
	return requests
}

// cutImports replaces modules by slices. A module that stays whole keeps its literals.
func (b *Builder) cutImports(modules []action.Input, requests []slice.Request, ls literals, cut Cutter) error {
	some := false
	for i := 1; i < len(modules); i++ {
		data, err := cut(modules[i], requests[i])
		if err != nil {
			return err
		}
		if data == nil {
			ls[i] = nil
			continue
		}
		some = true
		modules[i].Data, modules[i].Digest = data, b.opts.Files.Function().Of(data)
	}
	if !some {
		return ErrNothingCut
	}
	return nil
}

// placeholders gives the imported modules placeholders in a shard. Modules with equal
// hashes get the same one: LLVM takes their locals of one name for the same symbol.
func placeholders(shard *bitcode.Shard, modules []action.Input, in *action.Input) (map[string]string, error) {
	numbers, names := map[string]uint64{}, map[string]string{}
	ofHashes := shard.PromotionNumbers()
	given := map[uint64]uint64{} // placeholders, by the numbers that they stand for
	for i, module := range modules {
		number, hashed := ofHashes[module.Name]
		if !hashed {
			continue
		}
		if _, again := given[number]; i == 0 {
			given[number] = number // of the job's own module, whose hash stays
		} else if !again {
			given[number] = placeholderOf(i)
			names[strconv.FormatUint(given[number], 10)] = strconv.FormatUint(number, 10)
		}
		numbers[module.Name] = given[number]
	}
	var err error
	in.Data, err = shard.SetPromotionNumbers(numbers)
	return names, err
}

// Cut returns the action by which a cache keeps a slice of a module. slicer identifies the
// program and the library that cut.
func (b *Builder) Cut(module action.Input, r slice.Request, slicer string) (*action.Action, error) {
	a := &action.Action{
		Subject: module.File.Path,
		Inputs:  []action.Input{{Name: moduleName, Digest: module.Digest, File: module.File}},
		Outputs: []action.Output{{Name: sliceName}},
	}
	lists := map[string][]uint64{
		"keep":     r.Keep,
		"mention":  r.Mention,
		"literals": r.Literals,
		"texts":    r.Texts,
		"seen":     r.Seen,
	}
	for option, guids := range lists {
		a.Args = append(a.Args, option+"="+fmt.Sprintf("%x", guids))
	}
	slices.Sort(a.Args)
	err := a.Seal(action.Spec{Function: b.opts.Files.Function(), Salt: "thinrex slice 1 " + slicer})
	return a, err
}

// sliceName is the canonical name of a slice as the output of cutting.
const sliceName = "slice.o"

// CutResult is the result of an action that Cut returns.
func CutResult(slice []byte) *action.Result {
	return &action.Result{Outputs: []action.OutputFile{{Name: sliceName, Data: slice}}}
}
