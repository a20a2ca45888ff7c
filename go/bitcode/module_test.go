package bitcode

import (
	"slices"
	"testing"
)

// smallModule is a module with a variable, two functions of which metadata names one, an
// alias, and a summary.
func smallModule() []byte {
	s := newStream(false)
	s.block(identificationID, 5, func() { s.record(producerCode, 'L', 'L', 'V', 'M') })
	s.block(moduleID, 3, func() {
		s.record(1, 2) // VERSION
		s.block(typesID, 4, func() {
			s.record(numEntryCode, 2)
			s.record(integerType, 32)
			s.record(25, 0) // OPAQUE_POINTER
		})
		s.record(sourceFileNameCode, 'a', '.', 'c')
		s.record(globalVarCode, 0, 1, 0, 2, 0, 0, 0, 0)
		s.record(functionCode, 1, 1, 0, 0, 0, 0, 0)
		s.record(functionCode, 2, 2, 0, 0, 0, 3, 0)
		s.record(aliasCode, 4, 1, 1, 0, 1, 0)
		s.block(metadataID, 4, func() {
			s.record(metadataValueCode, 0, 9)
			s.record(metadataValueCode, 1, 1)
			s.record(metadataNameCode, 'x')
		})
		for range 2 {
			s.block(functionID, 4, func() {
				s.record(declareBlocksCode, 1)
				s.block(metadataID, 4, func() { s.record(metadataValueCode, 1, 2) })
				s.record(10) // RET
			})
		}
		s.block(summaryID, 4, func() {
			s.record(versionCode, 12)
			s.record(flagsCode, 8)
			s.record(permoduleProfile, 1, 0, 1, 0, 1, 0, 0, 0)
			s.record(permoduleAlias, 3, 0, 1)
		})
	})
	s.block(strtabID, 3, func() {
		layout := []operand{{literal, namesCode}, {encoding: blob}}
		s.define(layout...)
		s.fixed(firstAbbrev, s.id)
		s.vbr(5, 6)
		s.align()
		s.data = append(s.data, "vfggA\x00\x00\x00"...)
	})
	return s.data
}

func TestContents(t *testing.T) {
	m, err := ReadModule(smallModule())
	if err != nil {
		t.Fatal(err)
	}
	f, g := GUID("f", "a.c", false), GUID("gg", "a.c", true)
	for _, kept := range []uint64{f, g, 1} {
		c, err := m.Contents(func(guid uint64) bool { return guid == kept })
		if err != nil {
			t.Fatal(err)
		}
		want := []Value{
			{GUID: f, Body: true, InMetadata: true},
			{GUID: g, Body: true, Local: true, InMetadata: kept != 1},
		}
		if !slices.Equal(c.Functions, want) {
			t.Errorf("%+v, want %+v", c.Functions, want)
		}
		if len(c.Variables) != 1 || c.Variables[0].Body || len(c.Aliases) != 1 || c.IFuncs || c.MetadataExpressions {
			t.Errorf("%+v", c)
		}
		if !slices.Equal(c.NamedMetadata, []string{"x"}) {
			t.Errorf("metadata %q", c.NamedMetadata)
		}
	}
	alias := []Import{{m, []uint64{GUID("A", "", false)}}}
	if got := Mentions(&Module{}, alias); !slices.Equal(got[0], []uint64{GUID("v", "", false)}) {
		t.Errorf("an alias mentions %d", got)
	}
}

// FuzzModule looks for modules that end the program or take endless time.
func FuzzModule(f *testing.F) {
	f.Add(smallModule())
	f.Add(wrap(smallModule(), ""))
	for _, layout := range layouts {
		f.Add(layout.build(false, "a.o", "b.o"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readModule(data)
		if err != nil {
			return
		}
		_, _ = m.Contents(func(uint64) bool { return true })
		var all []uint64
		for id := range m.values {
			all = append(all, m.guid(id))
		}
		slices.Sort(all)
		if got := Mentions(m, []Import{{m, all}}); len(got) != 1 {
			t.Errorf("%d lists", len(got))
		}
		m.version = &record{code: versionCode, ops: []uint64{12}}
		if slice, err := m.WithEmptySummary(data); err == nil {
			if again, err := readModule(slice); err != nil || again.version == nil {
				t.Errorf("the summary can't be read: %v", err)
			}
		}
	})
}
