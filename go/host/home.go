package host

import (
	"os"
	"os/user"
)

// HomeDir returns the user's home folder. Bazel's actions have no variable HOME: there it
// comes from the password database.
func HomeDir() (string, error) {
	home, err := os.UserHomeDir()
	if err == nil {
		return home, nil
	}
	if u, e := user.Current(); e == nil && u.HomeDir != "" {
		return u.HomeDir, nil
	}
	return "", err
}
