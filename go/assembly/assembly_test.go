package assembly_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"thinrex/go/assembly"
	"thinrex/go/internal/quick"
)

const unknown = "?" // the files can't be found

// texts maps the text of a module to the names of what its assembler reads.
var texts = map[string]string{
	"":                                   "",
	".globl f\nf: ret\n":                 "",
	".incbin \"a b\"\n":                  "a b",
	".INCBIN\t\"A\",4,5\n":               "A",
	"nop;.Include\"x.s\" # why\n":        "x.s",
	"l: .include \"x.s\"; .incbin \"y\"": "x.s y",
	".section .text.include\n":           "",
	".included \"x\"\n":                  "",
	"std.include \"x\"\n":                "",
	"call include\n":                     "",
	".ascii \"bin\\0\\r\\n\"\n":          "",
	".include x\n":                       unknown,
	".include <x>\n":                     unknown,
	".include /**/ \"x\"\n":              unknown,
	".include \"\\170\"\n":               unknown,
	".include \"\"\n":                    unknown,
	".include \"x":                       unknown,
	"\".include\" \"x\"\n":               unknown,
	"\".inc\\154ude\" \"x\"\n":           unknown,

	".macro m a\n.\\a \"x\"\n.endm\n m include\n":                                                     unknown,
	".macro m\n.inc\\()lude \"x\"\n.endm\n m\n":                                                       unknown,
	".rept 1\n.inc\\()bin \"x\"\n.endr\n":                                                             unknown,
	".irp d, .include\n\\d \"x\"\n.endr\n":                                                            unknown,
	".macro m a b\n\\a\\b \"x\"\n.endm\n m .inc lude\n":                                               unknown,
	".macro m a\n.long 1\\a \"x\"\n.endm\n m \";.include\"\n":                                         unknown,
	".macro m a b\n\\a \"y\"\n.endm\n m .include \"x\"\n":                                             unknown,
	".macro m a\n\\a.include \"x\"\n.endm\n m l:\n":                                                   unknown,
	".irpc c, x\n.include \"\\c\\().s\"\n.endr\n":                                                     unknown,
	".altmacro\n.macro m a\na \"x\"\n.endm\n m <.inc!lude>\n":                                         unknown,
	".macro m a\n.inc$0 \"x\"\n.endm\n m lude\n":                                                      unknown,
	".macro s reg:req\n.irp rs,rax,rcx\n.ifc \\reg, %\\rs\n.endif\n.set .L\\@, \\reg\n.endr\n.endm\n": "",
	".macro m a\n.long .Lx\\a, \\a\\()_lo\n.endm\n":                                                   "",
}

func TestText(t *testing.T) {
	for text, want := range texts {
		var r assembly.Reader
		r.Text(text)
		check(t, text, &r, want)
	}
}

func TestTemplate(t *testing.T) {
	for text, want := range map[string]string{
		"nop":                                    "",
		".incbin \"x\"":                          "x",
		"mov${2:z}l $0, $$.Lx; inc${1:z} $1":     "",
		"xchg$(l$) $0, ${1:k}":                   "",
		".inc${0:c} \"x\"":                       unknown,
		".$(incbin$|byte$) 1":                    unknown,
		"$(add$|.include \"y\"$)":                "y",
		".inc$(lude$|bin$) \"x\"":                "x x",
		".incbin \"$0\"":                         unknown,
		".incbin \"$$\"":                         unknown,
		"$0$1 \"x\"":                             unknown,
		"$0.include \"x\"":                       unknown,
		"$(a" + strings.Repeat("$|b", 40) + "$)": unknown,
		"$} ${ $( $":                             "",
	} {
		var r assembly.Reader
		r.Template(text)
		check(t, text, &r, want)
	}
}

func check(t *testing.T, text string, r *assembly.Reader, want string) {
	t.Helper()
	files, why := r.Files()
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	got := strings.Join(names, " ")
	if why != "" {
		got = unknown
	}
	if got != want {
		t.Errorf("%q reads %q (%s), want %q", text, got, why, want)
	}
}

// The reason is the end of a sentence that a user reads, and quotes the text.
func TestReasons(t *testing.T) {
	long := strings.Repeat("\\a\\b", 20)
	for text, want := range map[string]string{
		".macro m n\n.\\n \"x\"\n.endm\n":          `an assembler macro may make .include of .\n`,
		".macro m n\n.\\n\\\x1b[2J \"x\"\n.endm\n": `an assembler macro may make .include of .\n\?`,
		".macro m n\n.inc" + long + " \"x\"\n.endm\n": "an assembler macro may make .include of .inc" +
			long[:36] + "...",
		".irp d, .in\n\\d\\()cbin \"x\"\n.endr\n": `an assembler macro may make .incbin of \d\()cbin`,
		".altmacro\n":                         `.altmacro lets assembler macros make .include or .incbin of any word`,
		".incbin x\n":                         `.incbin isn't followed by a file name that is a plain string`,
		".macro m\n.endm\n.incbin \"x\"\n":    `an assembler macro may change the file name "x"`,
		".macro m a b\n\\a\\b \"x\"\n.endm\n": `an assembler macro may make .include or .incbin of \a\b`,
	} {
		var r assembly.Reader
		r.Text(text)
		if _, got := r.Files(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	var r assembly.Reader
	r.Template(".inc${0:c} \"x\"")
	if _, got := r.Files(); got != "an operand may make .include of .inc${0:c}" {
		t.Error(got)
	}
}

// Only .include reads assembly.
func TestFiles(t *testing.T) {
	var r assembly.Reader
	r.Text(".include \"a\"\n.incbin \"b\"\n")
	files, _ := r.Files()
	if want := []assembly.File{{Name: "a", Text: true}, {Name: "b"}}; !slices.Equal(files, want) {
		t.Errorf("%v, want %v", files, want)
	}
}

// A macro of one text works on those of all others, and a symbol of one
// module is an operand in another one.
func TestJoin(t *testing.T) {
	for name, texts := range map[string][2]string{
		"macro defined before": {".macro m a b\n\\a \"y\"\n.endm\n", "m .include \"x\"\n"},
		"macro used before":    {".incbin \"x\"\n", ".macro m\n.endm\n"},
		"joined elsewhere":     {".macro m t:vararg\n\\t\n.endm\n", "m .irp x, inc; .\\x\\()bin \"f\"\n"},
	} {
		var r, more assembly.Reader
		r.Text(texts[0])
		more.Template(texts[1])
		r.Join(&more)
		if _, why := r.Files(); why == "" {
			t.Errorf("%s: no reason", name)
		}
	}
	var r, call assembly.Reader
	call.Template("${0:c} \"x\"")
	r.Join(&call)
	check(t, "no such symbol", &r, "")
	var symbols assembly.Reader
	symbols.Symbols([]byte("main.INCLUDEf"))
	r.Join(&symbols)
	check(t, "a symbol .INCLUDE", &r, unknown)
}

// What later versions of LLVM write may have numbers around the text.
func TestUnknown(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"\x05\x01hello\n\n":             "",
		"AB.incbin \"x\"":               unknown,
		"A\x01B.inc\\x \"x\"\n.macro a": unknown,
		"x.$(inc$|no$)bin":              unknown,
	} {
		var r assembly.Reader
		r.Unknown(text)
		check(t, text, &r, want)
	}
}

// Whatever LLVM's assembler reads is found, or isn't known.
func TestWhatLLVMReads(t *testing.T) {
	quick.Skip(t, "compiles with clang")
	t.Chdir(t.TempDir())
	read := 0
	for text := range texts {
		var objects []string
		for _, content := range []string{"one", "two"} {
			for _, name := range []string{"a b", "A", "x", "y", "x.s"} {
				write(t, name, ".globl "+content+"\n"+content+":\n.ascii \""+content+"\"\n")
			}
			write(t, "t.s", text)
			os.Remove("t.o")
			_ = exec.Command("clang-22", "-c", "t.s").Run() // some are errors
			data, _ := os.ReadFile("t.o")
			objects = append(objects, string(data))
		}
		if objects[0] == objects[1] {
			continue
		}
		read++
		var r assembly.Reader
		r.Text(text)
		if files, why := r.Files(); len(files) == 0 && why == "" {
			t.Errorf("%q reads a file", text)
		}
	}
	if read < 15 {
		t.Errorf("clang read files in %d of the texts", read)
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// FuzzReader adds directives to any text: they must be found.
func FuzzReader(f *testing.F) {
	for text := range texts {
		f.Add(text)
	}
	f.Add("${0") // not closed
	f.Fuzz(func(t *testing.T, text string) {
		for add, want := range map[string]string{
			"\n.incbin \"fuzz\"\n":                              "fuzz",
			"\n.macro m a\n.inc\\a \"f\"\n.endm\n m bin\n":      unknown,
			"\n.rept 1\n.inc\\()lude \"f\"\n.endr\n":            unknown,
			"\n.irp a, .include\n \\a \"f\"\n.endr\n":           unknown,
			"\n.altmacro\n.macro m a\na \"f\"\n.endm\n m <.i!>": unknown,
		} {
			for name, feed := range map[string]func(*assembly.Reader, string){
				"text": (*assembly.Reader).Text, "template": (*assembly.Reader).Template,
				"unknown": (*assembly.Reader).Unknown,
			} {
				var r assembly.Reader
				feed(&r, text+add)
				files, why := r.Files()
				found := slices.Contains(files, assembly.File{Name: want})
				if why == "" && (want == unknown || !found) {
					t.Errorf("%s: %q reads %v", name, text+add, files)
				}
			}
		}
	})
}
