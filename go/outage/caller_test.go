package outage

import "testing"

// Each way in which a caller differs from another gives it outages of its own; what is
// secret makes no difference, as a key is part of a file's name.
func TestCallerKey(t *testing.T) {
	caller := func(change func(*Caller)) string {
		c := Caller{
			Service:     []string{"grpcs://cache", "instance"},
			Credentials: []string{"ca.pem", "helper"},
			Headers:     []string{"authorization=Bearer 1234", "x-a=b"},
		}
		change(&c)
		return c.key(1000)
	}
	mine := caller(func(*Caller) {})
	for name, change := range map[string]func(*Caller){
		"another address":        func(c *Caller) { c.Service[0] = "grpcs://other" },
		"another instance":       func(c *Caller) { c.Service[1] = "" },
		"the same text in one":   func(c *Caller) { c.Service = []string{"grpcs://cache instance"} },
		"another certificate":    func(c *Caller) { c.Credentials[0] = "other.pem" },
		"no helper":              func(c *Caller) { c.Credentials = c.Credentials[:1] },
		"no password":            func(c *Caller) { c.Headers = c.Headers[1:] },
		"another kind of header": func(c *Caller) { c.Headers[0] = "x-token=Bearer 1234" },
		"in another list":        func(c *Caller) { c.Service, c.Credentials = c.Credentials, c.Service },
	} {
		if caller(change) == mine {
			t.Errorf("%s: the same key", name)
		}
	}
	if (Caller{}).key(1000) == (Caller{}).key(1001) {
		t.Error("two users have the same key")
	}
	if caller(func(c *Caller) { c.Headers[0] = "authorization=Bearer 5678" }) != mine {
		t.Error("a secret is in the key")
	}
}

// An outage is that of its caller alone.
func TestOutageOfAnotherCaller(t *testing.T) {
	s := newService(t)
	b := newBuild(t, s)
	s.set(func(s *service) { s.down = errDown })
	b.compile("1")
	s.set(func(s *service) { s.down = nil })
	b.options.Caller.Headers = []string{"authorization=x"}
	if _, stored := b.compile("2"); !stored || len(b.files()) != 1 {
		t.Errorf("stored: %v, %q", stored, b.files())
	}
	b.options.Caller.Headers = nil
	if _, stored := b.compile("3"); stored {
		t.Error("the first caller's outage is over")
	}
}
