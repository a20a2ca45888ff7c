package bitcode

import "slices"

// Seen returns, for each import, the GUIDs of those functions that its kept functions call
// and that other modules of the job define, or declare as functions that use certain memory
// only. LLVM sees what they do with their arguments: if the importer or another import has
// their bodies, or by attributes. Of several declarations and definitions of a function, the
// one that LLVM comes to first stays, with its attributes, and is called by all modules.
func Seen(importer *Module, imports []Import) [][]uint64 {
	lists := make([][]uint64, len(imports))
	for n, i := range imports {
		for guid := range i.Module.called(i.Keep) {
			others := func(j Import) bool { return j.Module != i.Module && j.Module.tellsOf(guid) }
			if importer.tellsOf(guid) || slices.ContainsFunc(imports, others) {
				lists[n] = append(lists[n], guid)
			}
		}
		slices.Sort(lists[n])
	}
	return lists
}

// tellsOf reports whether the module has more of a function than that it may do anything.
func (m *Module) tellsOf(guid uint64) bool {
	if m.ids == nil {
		m.indexGUIDs()
	}
	id, found := m.ids[guid]
	return found && (m.values[id].body || m.values[id].limited)
}

// called returns the GUIDs of the functions that those in keep call.
func (m *Module) called(keep []uint64) map[uint64]bool {
	if m.ids == nil {
		m.indexGUIDs()
	}
	called := map[uint64]bool{}
	for _, guid := range keep {
		id, found := m.ids[guid]
		if !found {
			continue
		}
		m.addCalled(uint64(id), called)
		if m.values[id].code == aliasCode { // what it is another name of is imported, too
			for _, of := range m.references[uint64(id)] {
				m.addCalled(of, called)
			}
		}
	}
	return called
}

func (m *Module) indexGUIDs() {
	m.ids = make(map[uint64]int, len(m.values))
	for id := range m.values {
		m.ids[m.guid(id)] = id
	}
}

func (m *Module) addCalled(caller uint64, called map[uint64]bool) {
	for _, callee := range m.calls[caller] {
		if callee < uint64(len(m.values)) {
			called[m.guid(int(callee))] = true
		}
	}
}
