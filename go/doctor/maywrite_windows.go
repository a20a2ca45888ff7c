package doctor

// mayWrite can't be told without writing.
func mayWrite(string) error { return nil }
