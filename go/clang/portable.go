package clang

import (
	"debug/elf"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"thinrex/go/host/filedigest"
)

// A Portable is a compiler with its loader and all the libraries that it
// loads, laid out to run on a Linux machine that has none of them, or another C
// library. It is the same for files with the same contents, wherever they are
// installed.
//
// The command names the loader, because a program names its loader by an absolute
// path. The loader is told to look in the uploaded folder first and never in the
// machine's cache, and to ignore the RPATH of libraries, which would come before that
// folder. LD_LIBRARY_PATH would be part of the compiler's environment, and a script
// would need a shell.
//
// To clang, the loader is then the program that runs (/proc/self/exe). Clang still
// takes its name and driver mode from its own path. It must compile within its own
// process (-fintegrated-cc1), because it would start the loader for another one. It
// doesn't find its resource folder, which ThinLTO backends need for nothing but the
// default ignore lists of sanitizers.
type Portable struct {
	Launch []string       // a command's first arguments, its paths relative to the input root
	Files  []PortableFile // sorted by name
}

// A PortableFile is one file of the input root.
type PortableFile struct {
	Name       string // slash-separated, relative to the input root, below toolchain/
	File       filedigest.File
	Executable bool
}

// The folders in the input root.
const (
	programDir = "toolchain/bin"
	libraryDir = "toolchain/lib"
)

// loaderName matches the names that glibc gives its loader.
var loaderName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(ld-linux.*|ld64|ld)(-[\d.]+)?\.so(\.\d+)?$`)
})

// Portable finds the files of the compiler as they would be loaded on this machine in
// an environment, and their digests.
func (c *Compiler) Portable(files *filedigest.Cache, env []string) (*Portable, error) {
	p, err := c.portable(env)
	if err != nil {
		return nil, fmt.Errorf("upload the compiler %s: %w (--toolchain=image uses the worker's own)", c.Path, err)
	}
	g := errgroup.Group{}
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range p.Files {
		g.Go(func() (err error) {
			p.Files[i].File, err = files.File(p.Files[i].File.Path)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("upload the compiler %s: %w", c.Path, err)
	}
	return p, nil
}

// portable does the same without the digests.
func (c *Compiler) portable(env []string) (*Portable, error) {
	realPath, program, err := c.program()
	if err != nil {
		return nil, err
	}
	name := c.Name
	if driverMode(c.Path) == "cl" {
		name = "clang-cl"
	}
	name = programDir + "/" + name
	p := &Portable{}
	p.addFile(name, realPath, true)
	if program.interpreter == "" {
		p.Launch = []string{name}
		return p, nil
	}
	libs, _, err := libraries(realPath, env, nil)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	var withRPATH []string
	if hasRPATH(program) {
		withRPATH = []string{"", name} // glibc knows the program by both
	}
	for _, lib := range libs {
		if lib.optional || taken[lib.name] || lib.level > processorLevel() {
			continue
		}
		taken[lib.name] = true
		if lib.path == "" {
			return nil, fmt.Errorf("%s needs %s, which isn't found", lib.neededBy, lib.name)
		}
		p.addFile(libraryDir+"/"+lib.name, lib.path, false)
		if hasRPATH(lib.header) {
			withRPATH = append(withRPATH, libraryDir+"/"+lib.name)
		}
	}
	if err := p.addLoader(name, program.interpreter, withRPATH); err != nil {
		return nil, err
	}
	slices.SortFunc(p.Files, func(a, b PortableFile) int { return strings.Compare(a.Name, b.Name) })
	return p, nil
}

func hasRPATH(h *header) bool {
	return len(h.dynamic[elf.DT_RPATH]) > 0 && len(h.dynamic[elf.DT_RUNPATH]) == 0
}

// addLoader adds the loader, and makes the beginning of a command that starts the
// program by it.
func (p *Portable) addLoader(name, interpreter string, withRPATH []string) error {
	base := filepath.Base(interpreter)
	realPath := regularFile(interpreter)
	if realPath == "" {
		return fmt.Errorf("its loader %s doesn't exist", interpreter)
	}
	loader := libraryDir + "/" + base
	p.addFile(loader, realPath, true)
	switch {
	case isMusl(interpreter): // looks in --library-path before any RPATH, and has no cache
		p.Launch = []string{loader, "--library-path", libraryDir}
	case loaderName().MatchString(base):
		p.Launch = []string{loader, "--inhibit-cache", "--library-path", libraryDir}
		if len(withRPATH) > 0 {
			p.Launch = append(p.Launch, "--inhibit-rpath", strings.Join(withRPATH, ":"))
		}
	default:
		return fmt.Errorf("its loader %s is neither glibc's nor musl's", interpreter)
	}
	p.Launch = append(p.Launch, name, "-fintegrated-cc1")
	return nil
}

func (p *Portable) addFile(name, path string, executable bool) {
	p.Files = append(p.Files, PortableFile{Name: name, File: filedigest.File{Path: path}, Executable: executable})
}

// program returns the compiler's program, if that is a single Linux program.
func (c *Compiler) program() (path string, h *header, err error) {
	if path, err = filepath.EvalSymlinks(c.Path); err != nil {
		return "", nil, err
	}
	if c.frontend != "" && c.frontend != path {
		return "", nil, fmt.Errorf("it only starts %s; let the link use that compiler", c.frontend)
	}
	if h, err = readHeader(path); err != nil {
		return "", nil, err
	}
	switch {
	case h == nil:
		return "", nil, errors.New("it isn't a Linux program (perhaps it is a script that starts one)")
	case h.Type != elf.ET_EXEC && h.Type != elf.ET_DYN:
		return "", nil, fmt.Errorf("it isn't a program (%v)", h.Type)
	case h.OSABI != elf.ELFOSABI_NONE && h.OSABI != elf.ELFOSABI_LINUX:
		return "", nil, fmt.Errorf("it isn't a Linux program (%v)", h.OSABI)
	case h.interpreter == "" && len(h.dynamic[elf.DT_NEEDED]) > 0:
		return "", nil, errors.New("it names no loader")
	}
	return path, h, nil
}
