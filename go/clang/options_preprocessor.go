package clang

// preprocessorOptions choose what the preprocessor reads and defines.
var preprocessorOptions = []Option{
	{"-C", Alone, TwoSteps | NoBackend},
	{"-CC", Alone, TwoSteps | NoBackend},
	{"-D", Joined | Separate, NoSearch | NoIR | NoDriver | NamesNoFile | NoBackend},
	{"-U", Joined | Separate, NoSearch | NoIR | NoDriver | NamesNoFile | NoBackend},
	{"-undef", Alone, TwoSteps | NoBackend},
	{"-traditional-cpp", Alone, TwoSteps},
	{"-trigraphs", Alone, TwoSteps | NoBackend},
	{"-Wp,*", Anything, NoSearch | NoIR | NoDriver | NamesNoFile | NoBackend}, // of -D and -U only

	// Headers, and where they are looked for.
	{"-cxx-isystem", Joined | Separate, SearchesFolder | NoIR | NoBackend},
	{"-I", Joined | Separate, SearchesFolder | NoIR | NoBackend},
	{"-idirafter", Joined | Separate, SearchesFolder | NoIR | NoBackend},
	{"-imacros", Joined | Separate, ReadsHeader | NoSearch | NoIR | NoDriver | NoBackend},
	{"-include", Joined | Separate, ReadsHeader | NoSearch | NoIR | NoDriver | NoBackend},
	{"--include", Equals | Separate, ReadsHeader | NoSearch | NoIR | NoDriver | NoBackend},
	{"-iquote", Joined | Separate, SearchesFolder | NoIR | NoBackend},
	{"-isysroot", Joined | Separate, SearchesFolder | NoIR},
	{"-isystem", Joined | Separate, SearchesFolder | NoIR | NoBackend},
	{"-isystem-after", Joined | Separate, SearchesFolder | NoIR | NoBackend},
	{"-stdlib++-isystem", Joined | Separate, SearchesFolder | NoIR | NoBackend},
	{"--sysroot", Equals | Separate, SearchesFolder | NoIR},
	{"-canonical-prefixes", Alone, TwoSteps | NoBackend},
	{"-no-canonical-prefixes", Alone, TwoSteps | NoBackend},
	{"--gcc-install-dir", Equals, TwoSteps},
	{"--gcc-toolchain", Equals, TwoSteps},
	{"--gcc-triple", Equals, TwoSteps},
	{"-nobuiltininc", Alone, NoIR | NoBackend},
	{"-nostdinc", Alone, NoIR | NoBackend},
	{"-nostdinc++", Alone, NoIR | NoBackend},
	{"-nostdlibinc", Alone, NoIR | NoBackend},
	{"-resource-dir", Equals, TwoSteps},
	{"-stdlib", Equals, TwoSteps | NoBackend},
	{"--stdlib", Equals, TwoSteps | NoBackend},
	{"--no-system-header-prefix", Equals, TwoSteps},
	{"--system-header-prefix", Equals, TwoSteps},
}
