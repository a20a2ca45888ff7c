package reapitest

import "testing"

// StartT starts a server that ends with the test.
func StartT(t testing.TB, o Options) *Server {
	t.Helper()
	if o.ScratchDir == "" {
		o.ScratchDir = t.TempDir()
	}
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
