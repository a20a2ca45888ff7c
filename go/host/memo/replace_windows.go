package memo

// replace doesn't use renameio, which isn't made for Windows: there is no promise that a
// rename is atomic there.
func replace(path string, data []byte) error { return replaceUnsynced(path, data) }
