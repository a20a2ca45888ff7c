package rpc

import (
	"fmt"
	"strings"
	"testing"
)

// A secret that begins with another secret is hidden as a whole.
func TestSecretThatBeginsLikeAnother(t *testing.T) {
	for i := range 20 { // maps have no order
		e := &Endpoint{}
		e.secrets.addValue(fmt.Sprint("Bearer deploy-key-", i))
		e.secrets.addValue(fmt.Sprint("Bearer deploy-key-", i, "-production"))
		if got := e.Redact(fmt.Sprint("refused: deploy-key-", i, "-production")); strings.Contains(got, "production") {
			t.Errorf("it shows a part of a secret: %s", got)
		}
	}
}
