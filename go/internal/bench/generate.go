//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
)

// A program is a generated one, compiled to bitcode: main.o, a quarter of the
// modules as plain objects, a half in two regular archives, a quarter in a
// thin one.
type program struct {
	dir    string
	inputs []string // what the link command names, in order
}

// generate makes a program of n modules. Each module has callees in the next
// fanout ones, small enough to be imported, a static that gets promoted, and
// weight functions of its own that take the backend some time. Four modules are hubs, as
// programs have them: a quarter of the others import from each.
func generate(dir string, n, fanout, weight int) (*program, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "shared.h"), []byte(sharedHeader()), 0o644); err != nil {
		return nil, err
	}
	g := errgroup.Group{}
	g.SetLimit(runtime.NumCPU())
	for i := range n {
		g.Go(func() error {
			name := moduleName(i)
			if err := os.WriteFile(filepath.Join(dir, name+".cc"), []byte(source(i, n, fanout, weight)), 0o644); err != nil {
				return err
			}
			return compile(dir, name)
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return archive(dir, n)
}

func moduleName(i int) string { return fmt.Sprintf("mod%04d", i) }

func compile(dir, name string) error {
	return tool(dir, "clang++-22", "-O2", "-flto=thin", "-c", name+".cc", "-o", name+".o")
}

func tool(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

func source(i, n, fanout, weight int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#include <stdio.h>\n#include \"shared.h\"\nstatic long state%d = %d;\nstatic long table%d[64];\n",
		i, i, i)
	var calls []string
	for k := 1; k <= fanout; k++ {
		callee := (i + k*k) % n
		if callee == i {
			continue
		}
		fmt.Fprintf(&b, "long f%d(long);\n", callee)
		calls = append(calls, fmt.Sprintf("f%d(x + %d)", callee, k))
	}
	fmt.Fprintf(&b, "long f%d(long x) { state%d += x; return x * %d + state%d; }\n", i, i, i+3, i)
	fmt.Fprintf(&b, "long hub%d(long);\n", i%hubs)
	if i > 0 && i <= hubs*hubs && i%hubs == 0 {
		own := i/hubs - 1
		fmt.Fprintf(&b, "static long count%d;\nlong hub%d(long x) { count%d += x; return x * %d + count%d; }\n",
			own, own, own, i+7, own)
	}
	for w := range weight {
		fmt.Fprintf(&b, `static long work%d_%d(long x) {
  long sum = %d;
  for (int i = 0; i < 64; i++) { table%d[i] += x ^ (i * %d); sum += table%d[(i * %d) & 63] %% (i + %d); }
  if (sum & 1) sum = %s;
  switch (x & 7) {
  case 0: sum += 3; break;
  case 1: sum *= 5; break;
  case 2: sum ^= x; break;
  case 3: sum -= state%d; break;
  default: sum += x;
  }
  return sum;
}
`, i, w, w, i, w+7, i, 2*w+1, w+2, strings.Join(calls, " + "), i)
	}
	// As in C++, most of a module is inline functions that others have, too.
	fmt.Fprintf(&b, "long (*const shared%d[])(long) = {", i)
	for k := range sharedFunctions {
		fmt.Fprintf(&b, "shared<%d>,", (i+k)%(sharedFunctions+sharedFunctions/4))
	}
	b.WriteString("};\n")
	fmt.Fprintf(&b, "long all%d(long x) {\n  x += shared%d[x & 127](x) + hub%d(x);\n", i, i, i%hubs)
	for w := range weight {
		fmt.Fprintf(&b, "  x += work%d_%d(x);\n", i, w)
	}
	b.WriteString("  return x;\n}\n")
	if i == 0 {
		b.WriteString("int main(void) { long s = 0;\n")
		for k := range n {
			fmt.Fprintf(&b, "  extern long all%d(long); s += all%d(%d);\n", k, k, k)
		}
		b.WriteString("  printf(\"%ld\\n\", s); return 0; }\n")
	}
	return b.String()
}

// hubs is how many modules are imported by many others.
const hubs = 4

// firstHub is the number of the first of them. Its object stands in no archive.
const firstHub = hubs

// sharedFunctions is how many instances of the header's template a module has.
const sharedFunctions = 128

func sharedHeader() string {
	return `template <int N> inline long shared(long x) {
  long sum = N;
  for (int i = 0; i < 16; i++) {
    switch ((x + i * N) & 7) {
    case 0: sum += x / (N + 1); break;
    case 1: sum ^= x << (N & 31); break;
    case 2: sum -= x % (N + 3); break;
    case 3: sum *= x | N; break;
    case 4: sum += N * N; break;
    case 5: sum = ~sum + x; break;
    default: sum += i;
    }
  }
  return sum;
}
`
}

func archive(dir string, n int) (*program, error) {
	p := &program{dir: dir}
	groups := map[string][]string{}
	for i := range n {
		object := moduleName(i) + ".o"
		switch {
		case i%4 == 0:
			p.inputs = append(p.inputs, object)
		case i%4 == 1:
			groups["libthin.a"] = append(groups["libthin.a"], object)
		default:
			lib := fmt.Sprintf("libreg%d.a", i%4)
			groups[lib] = append(groups[lib], object)
		}
	}
	for _, lib := range []string{"libreg2.a", "libreg3.a", "libthin.a"} {
		mode := "rcs"
		if lib == "libthin.a" {
			mode = "rcsT"
		}
		if err := tool(dir, "llvm-ar-22", append([]string{mode, lib}, groups[lib]...)...); err != nil {
			return nil, err
		}
		p.inputs = append(p.inputs, lib)
	}
	// Members refer to each other in circles.
	p.inputs = append(append([]string{}, p.inputs[:len(p.inputs)-3]...),
		"-Wl,--start-group", "libreg2.a", "libreg3.a", "libthin.a", "-Wl,--end-group")
	return p, nil
}

// link returns the command that links the program.
func (p *program) link(output string, flags ...string) command {
	args := append([]string{"clang++-22", "-O2", "-flto=thin", "-fuse-ld=lld"}, flags...)
	return command{args: append(append(args, p.inputs...), "-o", output), dir: p.dir}
}
