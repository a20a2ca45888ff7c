package clang

// refusedOptions are never cached. Most of them could be left out for
// compilations, which refuse what has no row. Links need them, and messages are
// better for them.
var refusedOptions = []Option{
	// Files whose names depend on the module's, that all jobs would share, or that can't be named.
	{"-dependency-file*", Anything, WritesMore | NeverCached},
	{"-dumpdir*", Anything, WritesMore | NeverCached},
	{"-foptimization-record-file*", Anything, WritesMore | NeverCached},
	{"-fproc-stat-report=*", Anything, WritesMore | NeverCached},
	{"-fsave-optimization-record=*", Anything, WritesMore | NeverCached},
	{"-fstack-usage*", Anything, WritesMore | NeverCached},
	{"-ftime-trace*", Anything, WritesMore | NeverCached},
	{"-info-output-file*", Anything, WritesMore | NeverCached},
	{"-ir-dump-directory*", Anything, WritesMore | NeverCached},
	{"-MJ*", Anything, WritesMore | NeverCached},
	{"-opt-record-file*", Anything, WritesMore | NeverCached},
	{"-save-stats*", Anything, WritesMore | NeverCached},
	{"--save-stats*", Anything, WritesMore | NeverCached},
	{"-save-temps*", Anything, WritesMore | NeverCached},
	{"--save-temps*", Anything, WritesMore | NeverCached},
	{"-serialize-diagnostics*", Anything, WritesMore | NeverCached},
	{"--serialize-diagnostics*", Anything, WritesMore | NeverCached},
	{"-split-dwarf-file*", Anything, WritesMore | NeverCached},
	{"-split-dwarf-output*", Anything, WritesMore | NeverCached},
	{"-stack-usage-file*", Anything, WritesMore | NeverCached},
	{"-stats-file*", Anything, WritesMore | NeverCached},

	// The notes of gcov. With -flto=thin, the object holds the name of their file.
	{"-coverage", Alone, WritesMore | NotInCompilations},
	{"--coverage", Alone, WritesMore | NotInCompilations},
	{"-fprofile-arcs", Alone, WritesMore | NotInCompilations},
	{"-ftest-coverage", Alone, WritesMore | NotInCompilations},

	// The compiler's arguments in the object, with names of this machine's folders.
	{"-lto-embed-bitcode*", Anything, NeverCached},

	// Other programs, and other arguments.
	{"-B*", Anything, RunsOther | NeverCached},
	{"-ccc-*", Anything, RunsOther | NeverCached},
	{"--config*", Anything, RunsOther | NeverCached},
	{"--driver-mode*", Anything, RunsOther | NeverCached},
	{"-fembed-offload-object*", Anything, RunsOther | NeverCached},
	{"-fno-integrated-as*", Anything, RunsOther | NeverCached},
	{"-fno-integrated-cc1*", Anything, RunsOther | NeverCached},
	{"-no-integrated-as*", Anything, RunsOther | NeverCached},
	{"-working-directory*", Anything, RunsOther | NeverCached},
	{"-mllvm", Separate, RunsOther | Forwards | NotInCompilations},
	{"-Xllvm", Separate, RunsOther | Forwards | NotInCompilations},
	{"-Wa,*", Anything, RunsOther | NamesNoFile | NotInCompilations},

	// What begins like an option that takes any value.
	{"-mlinker-version", Alone, NotInCompilations},
	{"-obj*", Anything, NotInCompilations},
	{"-Obj*", Anything, NamesNoFile | NotInCompilations},

	// Absolute paths in messages.
	{"-fdiagnostics-format=sarif", Alone, NotInCompilations},
	{"-fdiagnostics-format=SARIF", Alone, NotInCompilations},
}
