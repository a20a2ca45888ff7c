package host

// An EnvironmentError says that this machine could not do what it was asked: it
// has no compiler, no space, or no folder to write to. The command then exits
// with the code for that: see docs/options.md.
type EnvironmentError struct{ Err error }

func (e *EnvironmentError) Error() string { return e.Err.Error() }
func (e *EnvironmentError) Unwrap() error { return e.Err }
