package config

func isForeign(string) bool { return false }
