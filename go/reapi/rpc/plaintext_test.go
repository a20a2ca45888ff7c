package rpc_test

import (
	"testing"

	"thinrex/go/reapi/rpc"
)

// There is a warning before credentials are sent to another machine without
// encryption.
func TestPlaintextWarning(t *testing.T) {
	for _, test := range []struct {
		address, header, proxy string
		warned                 bool
	}{
		{address: "grpc://192.0.2.1:1", header: "authorization=x", warned: true},
		{address: "grpc://192.0.2.1:1"},
		{address: "grpcs://192.0.2.1:1", header: "authorization=x"},
		{address: "grpc://127.0.0.1:1", header: "authorization=x"},
		{address: "unix:/nowhere", header: "authorization=x"},
		{address: "grpc://192.0.2.1:1", header: "authorization=x", proxy: "unix:/nowhere"},
	} {
		warned := false
		_, err := dial(t, test.address, func(o *rpc.Options) {
			o.Proxy, o.Warn = test.proxy, func(string, string, ...any) { warned = true }
			if test.header != "" {
				o.Headers = []string{test.header}
			}
		})
		if err != nil || warned != test.warned {
			t.Errorf("%+v: warned %v, %v", test, warned, err)
		}
	}
}
