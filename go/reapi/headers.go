package reapi

import "google.golang.org/grpc/metadata"

// headers are what one service is shown. Where it is both cache and executor,
// the two may want to know different things of us, so it is shown what is for
// each on the calls of that one alone.
type headers struct {
	storage, execution metadata.MD // of calls to the Action Cache and the CAS; of executions
	greeting           metadata.MD // of GetCapabilities: both; the executor's where names are equal
}

func newHeaders(all, cache, exec []string) (h headers, err error) {
	if h.storage, err = parseHeaders(append(append([]string{}, all...), cache...)); err != nil {
		return h, err
	}
	if h.execution, err = parseHeaders(append(append([]string{}, all...), exec...)); err != nil {
		return h, err
	}
	h.greeting = h.storage.Copy()
	theirs, err := parseHeaders(exec)
	for name := range theirs {
		h.greeting[name] = h.execution[name]
	}
	return h, err
}

// of returns what goes with a call of a method.
func (h headers) of(method string) metadata.MD {
	switch method {
	case "GetCapabilities":
		return h.greeting
	case "Execute": // and WaitExecution, which is a part of it
		return h.execution
	}
	return h.storage
}

func (h headers) any() bool { return len(h.greeting) > 0 }
