package commandline

import "strings"

// warnsOfShadowed takes an option that may switch on or off the warning of
// other headers by the name of the one that was included. What only makes an
// error of it, or might be overruled by another option, counts as on: the
// places of such headers are then watched for nothing.
func (p *parser) warnsOfShadowed(arg string) {
	switch {
	case arg == "-Wno-shadow-header" || arg == "-Wno-everything":
		p.Shadowed = false
	case strings.HasPrefix(arg, "-W") && !strings.HasPrefix(arg, "-Wno-") &&
		(strings.HasSuffix(arg, "shadow-header") || strings.HasSuffix(arg, "everything")):
		p.Shadowed = true
	}
}
