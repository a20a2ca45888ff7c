package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path"
	"path/filepath"
	"time"
)

// writeArchive writes an archive with all files in one folder, whose name is that of the
// archive: a .zip for Windows, a .tar.gz for others.
func writeArchive(name string, b built, tree []file) error {
	pack, ending := tarGz, ".tar.gz"
	if b.os == "windows" {
		pack, ending = zipped, ".zip"
	}
	inside := make([]file, len(tree))
	for i, f := range tree {
		f.name = path.Join(filepath.Base(name), f.name)
		inside[i] = f
	}
	data, err := pack(inside, b.time)
	if err != nil {
		return err
	}
	return os.WriteFile(name+ending, data, 0o644)
}

// mode is what a file may be used for, whatever umask it was built with.
func (f file) mode() os.FileMode {
	if f.program {
		return 0o755
	}
	return 0o644
}

// tarGz packs files, all with one time and belonging to root.
func tarGz(files []file, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	archive := tar.NewWriter(compressed)
	for _, f := range files {
		header := &tar.Header{
			Name:    f.name,
			Mode:    int64(f.mode()),
			Size:    int64(len(f.data)),
			ModTime: at,
			Uname:   "root",
			Gname:   "root",
			Format:  tar.FormatUSTAR,
		}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// zipped packs files, all with one time.
func zipped(files []file, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at.UTC()}
		header.SetMode(f.mode())
		w, err := archive.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
