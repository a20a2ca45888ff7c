package config

// IsForeign is for tests.
var IsForeign = isForeign

// ApplyBazelRC reads an rc file that need not exist, for the fuzz test.
func (f *Flags) ApplyBazelRC(
	path, workspace string, configs []string, readFile func(path string) ([]byte, error),
) error {
	rc := f.newRCFiles(readFile)
	if err := rc.read(path, workspace); err != nil {
		return err
	}
	words, err := rc.words(configs)
	if err != nil {
		return err
	}
	return f.applyWords(words)
}
