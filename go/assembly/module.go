package assembly

import "thinrex/go/bitcode"

// Module returns a reader of the assembly in a module: bitcode or, if it doesn't begin
// like bitcode, text. The compiler accepts both as IR. Assembly of calls in functions
// is left out unless calls is true.
func Module(data []byte, calls bool) (*Reader, error) {
	r := &Reader{}
	if !bitcode.Is(data) {
		r.Text(string(data))
		return r, nil
	}
	found, err := bitcode.ReadAssembly(data)
	if err != nil {
		return nil, err
	}
	for _, text := range found.Modules {
		r.Text(text)
	}
	if calls {
		for _, text := range found.Templates {
			r.Template(text)
		}
	}
	for _, text := range found.Others {
		r.Unknown(text)
	}
	for _, names := range found.Symbols {
		r.Symbols(names)
	}
	return r, nil
}
