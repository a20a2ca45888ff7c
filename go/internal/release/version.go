package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A version is that of the programs, as Go's toolchain derives it from the tags of the
// git repository: v1.2.3, v1.2.3-rc.1, or, behind or without a tag,
// v1.2.4-0.20261130194700-0123456789ab.
type version struct {
	core       string // 1.2.3
	prerelease string // rc.1, or dev20261130194700 behind a tag; "" for a release
	modified   bool   // the checkout had changes that no commit has
}

var (
	versionForm = regexp.MustCompile(`^v(\d+\.\d+\.\d+)(?:-([0-9A-Za-z.-]+))?(\+dirty)?$`)
	// What Go appends for a commit without a tag: its time and its name.
	commitForm = regexp.MustCompile(`^(?:.*\.)?(\d{14})-[0-9a-f]{12}$`)
)

func parseVersion(text string) (version, error) {
	parts := versionForm.FindStringSubmatch(text)
	if parts == nil {
		return version{}, fmt.Errorf("the version %q isn't one: build in a git checkout, and give tags such as v1.2.3",
			text)
	}
	v := version{core: parts[1], prerelease: parts[2], modified: parts[3] != ""}
	if commit := commitForm.FindStringSubmatch(v.prerelease); commit != nil {
		v.prerelease = "dev" + commit[1]
	}
	return v, nil
}

// String is the version in names of files.
func (v version) String() string {
	text := v.core
	if v.prerelease != "" {
		text += "-" + v.prerelease
	}
	if v.modified {
		text += "-modified"
	}
	return text
}

// python is the version as Python's packages write it (PEP 440).
func (v version) python() string {
	text := v.core
	if pre := v.prerelease; strings.HasPrefix(pre, "dev") {
		text += "." + pre
	} else {
		text += strings.ReplaceAll(pre, ".", "") // rc.1
	}
	if v.modified {
		text += "+modified"
	}
	return text
}

// debian is the version as Debian and Fedora write it, where ~ comes before the end.
func (v version) debian() string {
	text := v.core
	if v.prerelease != "" {
		text += "~" + strings.ReplaceAll(v.prerelease, "-", ".")
	}
	if v.modified {
		text += "+modified"
	}
	return text
}
