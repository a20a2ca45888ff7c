package clang

// preprocessorOptions choose what the preprocessor reads and defines.
var preprocessorOptions = []Option{
	{"-C", Alone, TwoSteps},
	{"-CC", Alone, TwoSteps},
	{"-D", Joined | Separate, NoSearch | NoIR | NoDriver | NamesNoFile},
	{"-U", Joined | Separate, NoSearch | NoIR | NoDriver | NamesNoFile},
	{"-undef", Alone, TwoSteps},
	{"-traditional-cpp", Alone, TwoSteps},
	{"-trigraphs", Alone, TwoSteps},
	{"-Wp,*", Anything, NoSearch | NoIR | NoDriver | NamesNoFile}, // of -D and -U only

	// Headers, and where they are looked for.
	{"-cxx-isystem", Joined | Separate, SearchesFolder | NoIR},
	{"-I", Joined | Separate, SearchesFolder | NoIR},
	{"-idirafter", Joined | Separate, SearchesFolder | NoIR},
	{"-imacros", Joined | Separate, ReadsHeader | NoSearch | NoIR | NoDriver},
	{"-include", Joined | Separate, ReadsHeader | NoSearch | NoIR | NoDriver},
	{"--include", Equals | Separate, ReadsHeader | NoSearch | NoIR | NoDriver},
	{"-iquote", Joined | Separate, SearchesFolder | NoIR},
	{"-isysroot", Joined | Separate, SearchesFolder | NoIR},
	{"-isystem", Joined | Separate, SearchesFolder | NoIR},
	{"-isystem-after", Joined | Separate, SearchesFolder | NoIR},
	{"-stdlib++-isystem", Joined | Separate, SearchesFolder | NoIR},
	{"--sysroot", Equals | Separate, SearchesFolder | NoIR},
	{"-canonical-prefixes", Alone, TwoSteps},
	{"-no-canonical-prefixes", Alone, TwoSteps},
	{"--gcc-install-dir", Equals, TwoSteps},
	{"--gcc-toolchain", Equals, TwoSteps},
	{"--gcc-triple", Equals, TwoSteps},
	{"-nobuiltininc", Alone, NoIR},
	{"-nostdinc", Alone, NoIR},
	{"-nostdinc++", Alone, NoIR},
	{"-nostdlibinc", Alone, NoIR},
	{"-resource-dir", Equals, TwoSteps},
	{"-stdlib", Equals, TwoSteps},
	{"--stdlib", Equals, TwoSteps},
	{"--no-system-header-prefix", Equals, TwoSteps},
	{"--system-header-prefix", Equals, TwoSteps},
}
