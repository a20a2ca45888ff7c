package cut

import "testing"

// Names are read from definitions as LLVM prints them.
func TestNamesOfValues(t *testing.T) {
	const text = `%struct.pair = type { i32, ptr }
%"class.std::vector<int>" = type { ptr }
@limit = internal global i32 3
@"a\22b@c" = global i32 0
@0 = private constant [1 x i8] zeroinitializer
@other = alias i32, ptr @limit
declare i32 @puts(ptr) #1
define internal %"type@odd" @f(ptr %0) #0 {
  ret void
}
define void @"operator new"() {
  unreachable
}
attributes #0 = { nounwind }
!0 = !{i32 1}
`
	want := []string{"type struct.pair", "type class.std::vector<int>", "variable limit", `variable a"b@c`,
		"variable other", "declaration puts", "function f", "declaration operator new"}
	values := valuesIn(text)
	for i, v := range values {
		if got := string(v.Kind) + " " + v.Name; i >= len(want) || got != want[i] {
			t.Errorf("value %d is %s", i, got)
		}
	}
	if len(values) != len(want) {
		t.Errorf("%d values, want %d", len(values), len(want))
	}
}
