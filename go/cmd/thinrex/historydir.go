//go:build !front

package main

import "thinrex/go/store"

// historyDir is the state folder to which links and compilations with these options write;
// "" if no home folder is known.
func historyDir(o *options) string {
	dir := o.Store.Dir
	if dir == "" {
		dir = store.DefaultDir()
	}
	if dir == "" {
		return ""
	}
	return store.StateDir(dir, o.Shared.DigestFunction)
}
