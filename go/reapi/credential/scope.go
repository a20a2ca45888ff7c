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

// pick returns the program for host, "" if there is none: among the flags
// whose scopes fit, that of the closest one, and of equals the last.
func pick(host string, flags []string) (program string, err error) {
	closest := -1
	for _, flag := range flags {
		scope, p, err := parseFlag(flag)
		if err != nil {
			return "", fmt.Errorf("--credential_helper=%s: %w", flag, err)
		}
		if f := fit(scope, host); f >= 0 && f >= closest {
			closest, program = f, p
		}
	}
	return program, nil
}

// fit tells how closely a scope fits a host: not at all (-1), as any (0), by
// its domain (more for a longer one), or exactly. As in Bazel, *.example.com
// holds example.com itself too.
func fit(scope, host string) int {
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
		return "", "", fmt.Errorf("%s is neither an absolute path, nor %sPATH, nor a bare name to look up in $PATH", program, workspaceRoot)
	}
	return scope, program, nil
}

const workspaceRoot = "%workspace%/"

// domains turns a domain name into lower case and punycode.
var domains = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// canonicalHost is a host as scopes and .netrc are compared with it: an
// address, or what is no proper domain name, stays what it is.
func canonicalHost(host string) string {
	host = strings.TrimSuffix(host, ".")
	if domain, err := domains.ToASCII(host); err == nil {
		return domain
	}
	return strings.ToLower(host)
}

// find returns the path of a helper's program.
func find(program, workspace string) (string, error) {
	path := program
	if rest, ok := strings.CutPrefix(program, workspaceRoot); ok {
		if workspace == "" {
			return "", fmt.Errorf("credential helper %s: there is no workspace here; name an absolute path", program)
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
