//go:build linux

package compile_test

import (
	"slices"
	"strings"
	"testing"
)

// sources are a program with a header in each kind of place.
var sources = map[string]string{
	"a.c": `#include "local.h"
#include <searched.h>
#include <stdio.h>
#include <system.h>
#ifndef LEVEL
#define LEVEL 1
#endif
int unused(void) { int x; return LEVEL; }
int main(void) { printf("%d %d %s\n", LOCAL, SEARCHED + SYSTEM, __FILE__); return 0; }
`,
	"local.h":        "#define LOCAL 1\n",
	"inc/searched.h": "#pragma once\n#define SEARCHED 2\n",
	"sys/system.h":   "#define SYSTEM 3\n",
	"obj/.keep":      "",
	"forced.h":       "#define FORCED 1\n",
	"trace/.keep":    "",
	"list.txt":       "fun:main\n",
	"list.h":         "",
	"rsp":            "-O2 '-DLEVEL=2'\n@rsp2",
	"rsp2":           `-Iinc -DT="\"a b\""`,
}

// Each form of command: cold, hit, and after each change of what it reads.
func TestForms(t *testing.T) {
	thin := []string{"-flto=thin", "-Iinc", "-isystem", "sys", "-c", "a.c"}
	forms := map[string]struct {
		args  []string
		reads []string // beside the headers
	}{
		"plain":          {args: []string{"-O2", "-o", "obj/a.o"}},
		"no -o":          {},
		"debug":          {args: []string{"-g", "-O1", "-o", "obj/a.o"}},
		"depfile":        {args: []string{"-MD", "-MF", "obj/x.d", "-MT", "obj/a.o", "-o", "obj/a.o"}},
		"default":        {args: []string{"-MD", "-MP", "-o", "obj/we ird$x.y.o"}},
		"quoted targets": {args: []string{"-MD", "-MQ", "a b: c$", "-MT", "d:", "-o", "obj/a.o"}},
		"user headers":   {args: []string{"-MMD", "-MFobj/a.d", "-o", "obj/a.o"}},
		"thin link":      {args: []string{"-O2", "-fthin-link-bitcode=obj/a.thin", "-o", "obj/a.o"}},
		"thin link cc1":  {args: []string{"-O2", "-Xclang", "-fthin-link-bitcode=obj/a.thin", "-o", "obj/a.o"}},
		"split dwarf":    {args: []string{"-g", "-gsplit-dwarf", "-o", "obj/a.o"}},
		"diagnostics":    {args: []string{"-Wall", "-Wextra", "--serialize-diagnostics", "obj/a.dia", "-o", "obj/a.o"}},
		"colours":        {args: []string{"-Wall", "-fcolor-diagnostics", "-o", "obj/a.o"}},
		"trace":          {args: []string{"-ftime-trace", "-o", "obj/a.o"}},
		"trace file":     {args: []string{"-ftime-trace=obj/t.json", "-o", "obj/a.o"}},
		"trace folder":   {args: []string{"-ftime-trace=trace", "-o", "obj/b.o"}},
		"forced":         {args: []string{"-include", "forced.h", "-o", "obj/a.o"}, reads: []string{"forced.h"}},
		"macros":         {args: []string{"-imacros", "./forced.h", "-o", "obj/a.o"}, reads: []string{"forced.h"}},
		"forced two": {args: []string{"--include", "forced.h", "--include=list.h", "-o", "obj/a.o"},
			reads: []string{"forced.h", "list.h"}},
		"response": {args: []string{"@rsp", "-o", "obj/a.o"}},
		"ignore list": {args: []string{"-fsanitize=address", "-fsanitize-ignorelist=list.txt", "-o", "obj/a.o"},
			reads: []string{"list.txt"}},
		"maps": {args: []string{"-g", "-fdebug-prefix-map=" + "/=/elsewhere/", "-ffile-compilation-dir=.", "-o",
			"obj/a.o"}},
		"unused": {args: []string{"-Wl,-s", "-o", "obj/a.o"}},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, sources)
			args := slices.Concat(form.args, thin)
			p.want("compiled", args...)
			p.want("hit", args...)
			reads := append(form.reads, "sys/system.h")
			if name == "plain" || name == "user headers" {
				reads = append(reads, "a.c", "local.h", "inc/searched.h")
			}
			for _, read := range reads {
				comment := "\n//"
				if strings.HasSuffix(read, ".txt") {
					comment = "\n#"
				}
				p.write(map[string]string{read: sources[read] + comment})
				p.want("compiled", args...)
				p.write(map[string]string{read: sources[read]})
				p.want("hit", args...)
			}
			p.want("compiled", append(args, "-DLEVEL=3")...)
		})
	}
}
