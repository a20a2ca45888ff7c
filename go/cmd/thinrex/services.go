package main

import (
	"io"

	"thinrex/go/link"
)

// A linkClient is a link's client of its remote service.
type linkClient interface {
	link.Service
	io.Closer
	// Traffic returns how many bytes of blobs were uploaded and downloaded.
	Traffic() (uploaded, downloaded int64)
	// Storing says for --verbose whether results of this machine are stored, and why not.
	Storing() string
}

// A backendClient is the same of one backend's command.
type backendClient interface {
	link.Service
	io.Closer
}
