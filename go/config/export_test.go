package config

// IsForeign is for tests.
var IsForeign = isForeign

// ApplyBazelRC reads an rc file that need not exist, for the fuzz test.
func (f *Flags) ApplyBazelRC(
	path, workspace, config string, readFile func(path string) ([]byte, error),
) error {
	rc := f.newRCFiles(readFile)
	if err := rc.read(path, workspace); err != nil {
		return err
	}
	args, err := rc.args([]rcArg{{text: config, path: path}})
	if err != nil {
		return err
	}
	return f.applyArgs(args)
}
