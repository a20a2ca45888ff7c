package remoteflags

import (
	"errors"
	"fmt"
	"strings"

	"thinrex/go/option"
)

// A serviceAddress names a service: see parseAddress.
type serviceAddress struct {
	option.Value
	to *string
}

func addressValue(to *string) option.Value { return serviceAddress{option.Text(to, ""), to} }

// Check refuses an address that may hold a password, without showing it. The path
// of a socket holds none.
func (a serviceAddress) Check() error {
	if strings.Contains(*a.to, "@") && !strings.HasPrefix(*a.to, "unix:") {
		return errors.New("an address holds no user name or password: see --remote_header and --credential_helper")
	}
	return nil
}

// headerList holds NAME=VALUE texts whose values may be secrets.
type headerList struct{ option.List }

func headersValue(to *[]string) option.Value { return headerList{option.Texts(to)} }

// String shows nothing: the flag parser prints it, and so do error messages.
func (h headerList) String() string { return "" }
func (h headerList) Type() string   { return "NAME=VALUE" }

// Check shows nothing of a malformed header: what looks like its name may be the
// beginning of a secret.
func (h headerList) Check() error {
	for _, header := range h.GetSlice() {
		name, value, ok := strings.Cut(header, "=")
		if !ok || name == "" || strings.ContainsFunc(name, isNotInHeaderName) {
			return errors.New("a header isn't of the form NAME=VALUE (not shown, as it may be a secret)")
		}
		binary := strings.HasSuffix(strings.ToLower(name), "-bin") // gRPC sends these in base64
		if !binary && strings.ContainsFunc(value, isNotInHeaderValue) {
			return errors.New("a header's value isn't all printable ASCII " +
				"(a line break at its end? it isn't shown, as it may be a secret)")
		}
	}
	return nil
}

func isNotInHeaderValue(r rune) bool { return r < ' ' || r > '~' }

func isNotInHeaderName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
}

// proxySocket is unix:PATH, or nothing.
type proxySocket struct {
	option.Value
	to *string
}

func proxyValue(to *string) option.Value { return proxySocket{option.Text(to, ""), to} }

func (p proxySocket) Set(s string) error {
	if path, ok := strings.CutPrefix(s, "unix:"); s != "" && (!ok || path == "") {
		return fmt.Errorf("%q isn't of the form unix:PATH", s)
	}
	*p.to = s
	return nil
}

// uploadChoice is auto, or a switch in Bazel's spellings.
type uploadChoice struct{ to *Upload }

func uploadValue(to *Upload) option.Value {
	*to = UploadAuto
	return uploadChoice{to}
}

func (u uploadChoice) Set(s string) error {
	if strings.EqualFold(s, "auto") {
		*u.to = UploadAuto
		return nil
	}
	yes, err := option.ParseBool(s)
	if err != nil {
		return fmt.Errorf("%w, nor auto", err)
	}
	*u.to = UploadNever
	if yes {
		*u.to = UploadAlways
	}
	return nil
}

func (u uploadChoice) String() string {
	return map[Upload]string{UploadAuto: "auto", UploadAlways: "true", UploadNever: "false"}[*u.to]
}

func (u uploadChoice) Type() string     { return "auto|bool" }
func (u uploadChoice) IsBoolFlag() bool { return true }
