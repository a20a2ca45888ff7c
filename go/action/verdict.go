package action

import "crypto/sha256"

// A Verdict is what compiling again shows of a cached result.
type Verdict int

// The verdicts.
const (
	Right            Verdict = iota // the compiler gives the same outputs
	Wrong                           // two compilations agree, and the cached result differs
	NotDeterministic                // two compilations differ, which says nothing of the cached result
)

// Judge compares a cached result, by its OutputsSum, with what compile gives. One compilation
// that gives other bytes proves nothing, because the compiler may give others each time: so
// compile is then called a second time. The error is compile's, and there is no verdict then.
func Judge(cached [sha256.Size]byte, compile func() ([sha256.Size]byte, error)) (Verdict, error) {
	first, err := compile()
	if err != nil || first == cached {
		return Right, err
	}
	second, err := compile()
	if err != nil || second == first {
		return Wrong, err
	}
	return NotDeterministic, nil
}
