package doctor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"thinrex/go/reapi"
	"thinrex/go/reapi/credential"
)

const service = "service"

// checkServices asks the services what they offer.
func (d *examination) checkServices(ctx context.Context) {
	if d.Remote == nil {
		d.ok(service, "none: no --remote_cache or --remote_executor is given")
		return
	}
	limit := serviceTime
	if len(d.Credentials.Helpers) > 0 { // which may have somebody log in
		limit += d.Credentials.HelperTimeout
	}
	bounded, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %v", limit))
	defer cancel()
	probes, err := reapi.ProbeAll(bounded, *d.Remote)
	for _, warning := range *d.Warnings {
		d.warn(service, "", "%s", warning)
	}
	if err != nil {
		d.broken(service, "correct the option (docs/remote.md)", "%v", err)
		return
	}
	for _, p := range probes {
		d.tellProbe(p)
	}
}

func (d *examination) tellProbe(p reapi.Probe) {
	if p.Err != nil {
		d.broken(service, "links go on without it, each after some seconds; see docs/remote.md",
			"the %s can't be used: %v", p.Purpose, p.Err)
		return
	}
	offers := []string{"Remote Execution API " + p.API}
	if len(p.Digests) > 0 {
		offers = append(offers, strings.Join(p.Digests, " and "))
	}
	if p.Executes {
		offers = append(offers, "executes")
	}
	if p.Compression {
		offers = append(offers, "zstd")
	}
	d.ok(service, "%s answers in %.1f ms as %s: %s",
		p.Address, float64(p.Latency.Microseconds())/1000, p.Purpose, strings.Join(offers, ", "))
	if p.HasClock {
		d.checkClock(service, p.Address, p.Ahead, time.Second) // a date has whole seconds
	}
	if p.Purpose == "executor" || p.StoresOurs || p.Executes {
		return
	}
	d.warn(service, "ask its owner whether you may write to it, or have others fill it",
		"%s doesn't let this machine store results in its Action Cache: its hits are what others stored", p.Address)
}

const credentials = "credentials"

// checkCredentials says where the credentials come from, and nothing of their values.
func (d *examination) checkCredentials(context.Context) {
	r := d.Remote
	if r == nil {
		return
	}
	var found []string
	for name, headers := range map[string][]string{
		"remote_header":       r.Headers,
		"remote_cache_header": r.CacheHeaders,
		"remote_exec_header":  r.ExecHeaders,
	} {
		for _, header := range headers {
			key, _, _ := strings.Cut(header, "=")
			found = append(found, fmt.Sprintf("header %s (%s)", key, d.From(name)))
		}
	}
	slices.Sort(found)
	if r.TLSClientCertificate != "" {
		found = append(found, fmt.Sprintf("certificate %s (%s)", r.TLSClientCertificate, d.From("tls_client_certificate")))
	}
	if r.GoogleDefaultCredentials {
		found = append(found, fmt.Sprintf("Google's default credentials (%s)", d.From("google_default_credentials")))
	}
	for _, address := range []string{r.Cache, r.Executor} {
		if text := d.sourceFor(address); text != "" && !slices.Contains(found, text) {
			found = append(found, text)
		}
	}
	if len(found) == 0 {
		found = []string{"none are sent"}
	}
	d.ok(credentials, "%s", strings.Join(found, "; "))
	for _, file := range []string{r.TLSClientCertificate, r.TLSCertificate} {
		d.checkExpiry(file)
	}
}

// sourceFor names the helper or the .netrc that has credentials for an address.
func (d *examination) sourceFor(address string) string {
	host, err := reapi.HostOf(address)
	if err != nil || host == "" {
		return "" // checkServices tells of an address that is wrong
	}
	options := d.Credentials
	s, err := credential.New(host, options)
	if err != nil {
		d.broken(credentials, "correct --credential_helper, which is from "+d.From("credential_helper"), "%v", err)
		return ""
	}
	defer s.Close()
	if _, err := s.Available(); err != nil {
		d.warn(credentials, "", "%v", err)
	}
	text := s.String()
	if text == "" {
		return ""
	}
	return fmt.Sprintf("%s for %s", text, host)
}

// checkExpiry checks the first certificate in a PEM file. Whether it can be used at all,
// checkServices finds out.
func (d *examination) checkExpiry(file string) {
	data, err := os.ReadFile(file)
	if file == "" || errors.Is(err, os.ErrNotExist) {
		return
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return
	}
	switch now, until := time.Now(), certificate.NotAfter; {
	case now.After(until):
		d.broken(credentials, "renew it", "the certificate %s expired on %s", file, until.Format(time.DateOnly))
	case now.Before(certificate.NotBefore):
		d.broken(credentials, "check this machine's clock", "the certificate %s is valid from %s on",
			file, certificate.NotBefore.Format(time.DateOnly))
	}
}
