//go:build linux && (amd64 || arm64 || loong64 || ppc64le || riscv64)

package cut

import (
	"errors"
	"fmt"
	"strings"

	"thinrex/go/link/slice"
)

// number gives string literals the numbers that the shard has for them.
func (c *cutting) number(literals []uint64) error {
	byGUID := map[uint64]*value{}
	for i := range c.variables {
		byGUID[c.variables[i].GUID] = &c.variables[i]
	}
	for i, guid := range literals {
		v := byGUID[guid]
		if v == nil {
			return errors.New("a string literal that the job mentions isn't in it")
		}
		if v.gone {
			continue
		}
		base := "str"
		if strings.HasPrefix(c.name(v.ref), ".") {
			base = ".str"
		}
		name, size := c.forC(fmt.Sprint(base, ".", slice.FirstLiteral+uint64(i)))
		c.call(c.api.SetValueName2, uintptr(v.ref), name, size)
	}
	return nil
}

func (c *cutting) name(v ref) string {
	at := c.call(c.api.GetValueName2, uintptr(v), address(&c.out[0]))
	return string(memory(at, c.out[0]))
}

// text returns C's text at a place.
func (c *cutting) text(at ref) string {
	for size := uintptr(0); ; size++ {
		if all := memory(at, size+1); all[size] == 0 {
			return string(all[:size])
		}
	}
}
