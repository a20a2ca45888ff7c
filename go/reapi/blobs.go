package reapi

import (
	"thinrex/go/action"
	"thinrex/go/reapi/cas"
)

// actionBlobs returns what a service needs to execute an action. The tools come
// last.
func actionBlobs(a *action.Action) []cas.Blob {
	blobs := commandBlobs(a)
	for d, data := range a.Directories {
		blobs = append(blobs, cas.Blob{Digest: d, Data: data})
	}
	for _, in := range a.Inputs {
		blobs = append(blobs, inputBlob(in))
	}
	for _, in := range a.Tools {
		blobs = append(blobs, inputBlob(in))
	}
	return blobs
}

// commandBlobs returns the messages of the action and its command.
func commandBlobs(a *action.Action) []cas.Blob {
	return []cas.Blob{{Digest: a.Digest, Data: a.Action}, {Digest: a.CommandDigest, Data: a.Command}}
}

func inputBlob(in action.Input) cas.Blob {
	return cas.Blob{Digest: in.Digest, Data: in.Data, Path: in.File.Path}
}
