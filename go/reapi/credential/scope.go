package credential

import (
	"errors"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/net/idna"
)

// programFor returns the program for a host, "" if there is none. Among the flags
// whose scopes hold the host, the one with the closest scope counts, and of equal
// ones the last.
func programFor(host string, flags []string) (program string, err error) {
	closest := -1
	for _, flag := range flags {
		scope, p, err := parseFlag(flag)
		if err != nil {
			return "", fmt.Errorf("--credential_helper=%s: %w", flag, err)
		}
		if c := closeness(scope, host); c >= 0 && c >= closest {
			closest, program = c, p
		}
	}
	return program, nil
}

// closeness returns how closely a scope fits a host: -1 for not at all, 0 for a scope
// that holds all hosts, the length of the domain for *.DOMAIN, and the most for the
// host itself. As in Bazel, *.example.com holds example.com, too.
func closeness(scope, host string) int {
	domain, wildcard := strings.CutPrefix(scope, "*.")
	switch {
	case scope == "":
		return 0
	case !wildcard && host == scope:
		return math.MaxInt
	case wildcard && (host == domain || strings.HasSuffix(host, "."+domain)):
		return len(domain)
	}
	return -1
}

// parseFlag reads [SCOPE=]PROGRAM.
func parseFlag(flag string) (scope, program string, err error) {
	scope, program, scoped := strings.Cut(flag, "=")
	if !scoped {
		scope, program = "", flag
	}
	if scoped {
		domain, wildcard := strings.CutPrefix(scope, "*.")
		if domain, err = domains.ToASCII(domain); err != nil || domain == "" {
			return "", "", fmt.Errorf("%q is not a domain name, nor *. and one", scope)
		}
		if scope = domain; wildcard {
			scope = "*." + domain
		}
	}
	rest, inWorkspace := strings.CutPrefix(program, workspaceRoot)
	switch {
	case program == "":
		return "", "", errors.New("names no program")
	case inWorkspace && !filepath.IsLocal(rest):
		return "", "", errors.New("leads out of the workspace")
	case !inWorkspace && !filepath.IsAbs(program) && filepath.Base(program) != program:
		return "", "", fmt.Errorf("%s is neither an absolute path, nor %sPATH, nor a bare name to look up in $PATH",
			program, workspaceRoot)
	}
	return scope, program, nil
}

const workspaceRoot = "%workspace%/"

// domains turns a domain name into lower case and punycode.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// canonicalHost returns a host in the form in which it is compared with scopes and
// .netrc. An IP address, or another text that isn't a domain name, is only put into
// lower case.
func canonicalHost(host string) string {
	host = strings.TrimSuffix(host, ".")
	if domain, err := domains.ToASCII(host); err == nil {
		return domain
	}
	return strings.ToLower(host)
}

// findProgram returns the path of a helper's program.
func findProgram(program, workspace string) (string, error) {
	path := program
	if rest, ok := strings.CutPrefix(program, workspaceRoot); ok {
		if workspace == "" {
			return "", fmt.Errorf("credential helper %s: there is no workspace here; give an absolute path", program)
		}
		path = filepath.Join(workspace, filepath.FromSlash(rest))
	}
	path, err := exec.LookPath(path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		if reason, ok := errors.AsType[*exec.Error](err); ok {
			err = reason.Err // which doesn't repeat the name
		}
		return "", fmt.Errorf("credential helper %s: %w; it must be an executable file", program, err)
	}
	return path, nil
}
