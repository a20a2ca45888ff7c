package host

// An EnvironmentError says that this machine lacks something: a compiler, space, or a
// folder that can be written. thinrex then exits with a code of its own: see
// docs/options.md.
type EnvironmentError struct{ Err error }

func (e *EnvironmentError) Error() string { return e.Err.Error() }
func (e *EnvironmentError) Unwrap() error { return e.Err }
