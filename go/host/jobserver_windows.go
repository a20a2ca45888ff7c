package host

import (
	"errors"
	"os"
)

// make's jobserver on Windows is a named semaphore; it isn't supported.
func pipePath(int, int) string          { return "" }
func openPipe(string) (*os.File, error) { return nil, errors.ErrUnsupported }
