package clang

// fileOptions read or write files.
var fileOptions = []Option{
	// Outputs of a compilation.
	{"-fthin-link-bitcode", Equals, WritesOutput},
	{"-ftime-trace", Alone | Equals, WritesOutput | WritesMore | NotInLinks},
	{"-ftime-trace-granularity", Equals, WritesMore | NotInLinks},
	{"-ftime-trace-verbose", Alone, WritesMore | NotInLinks},
	{"-MD", Alone, WritesOutput},
	{"-MF", Joined | Separate, WritesOutput},
	{"-MMD", Alone, WritesOutput},
	{"-MP", Alone, WritesOutput},
	{"-MQ", Joined | Separate, WritesOutput},
	{"-MT", Joined | Separate, WritesOutput},
	{"-o", Joined | Separate, WritesOutput},
	{"-serialize-diagnostics", Separate, WritesOutput | WritesMore | NotInLinks},
	{"--serialize-diagnostics", Separate, WritesOutput | WritesMore | NotInLinks},

	// The record of the optimiser's remarks, of a compilation or of a link's backends.
	{"-fno-save-optimization-record", Alone, WritesOutput},
	{"-fsave-optimization-record", Alone, WritesOutput | RemarksYAML},
	{"-fsave-optimization-record=bitstream", Alone, WritesOutput | RemarksBitcode},
	{"-fsave-optimization-record=yaml", Alone, WritesOutput | RemarksYAML},
	{"-foptimization-record-file", Equals, WritesOutput | WritesMore | NotInLinks},
	{"-foptimization-record-passes", Equals, WritesOutput},

	// The code generator's, which a compilation to bitcode doesn't reach. The module names the
	// places of its instructions for it.
	{"-fstack-usage", Alone, WritesMore | NotInLinks | NamesPlaces},

	// What is written if the compiler crashes.
	{"-fcrash-diagnostics", OnOff, AtCrash},
	{"-fcrash-diagnostics-dir", Equals, AtCrash | NamesNoFile},

	// Profiles, and lists of what a sanitizer or a profile is for.
	{"-fauto-profile", Equals, ReadsFile | NotInCompilations},
	{"-fbasic-block-sections-profile", Equals, ReadsFile | NotInCompilations},
	{"-fcodegen-data-use", Equals, ReadsFile | NotInCompilations},
	{"-fmemory-profile-use", Equals, ReadsFile | NoSearch | NoIR},
	{"-fprofile-instr-use", Alone | Equals, ReadsProfile | NoSearch | NoIR},
	{"-fprofile-list", Equals, ReadsFile | NoSearch | NoIR},
	{"-fprofile-remapping-file", Equals, ReadsFile | NoSearch | NoIR},
	{"-fprofile-sample-use", Equals, ReadsFile | NamesPlaces | NoSearch | NoIR},
	{"-fprofile-use", Alone | Equals, ReadsProfile | NoSearch | NoIR},
	{"-fsanitize-coverage-allowlist", Equals, ReadsFile | NotFoundInLinks | NoSearch | NoIR},
	{"-fsanitize-coverage-ignorelist", Equals, ReadsFile | NotFoundInLinks | NoSearch | NoIR},
	{"-fsanitize-ignorelist", Equals, ReadsFile | NoSearch | NoIR},
	{"-fsanitize-system-ignorelist", Equals, ReadsFile | NoSearch | NoIR},

	// Plugins. A backend's plugin is a file like others; one of the front end may read any more.
	{"-fpass-plugin", Equals, ReadsFile | RunsOther | NotInCompilations},
	{"-fplugin", Equals, ReadsFile | RunsOther | NotInCompilations},
	{"-load", Equals | Separate, ReadsFile | RunsOther | NotInCompilations},
}
