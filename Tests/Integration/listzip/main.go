// What Go's archive/zip finds in a zip: one JSON object a line, or with -x the entries unpacked into a folder.
//
//	listzip ZIP
//	listzip -x FOLDER ZIP
package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	folder, path := "", os.Args[len(os.Args)-1]
	if len(os.Args) == 4 && os.Args[1] == "-x" {
		folder = os.Args[2]
	}
	if err := read(path, folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path, folder string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	lines := json.NewEncoder(os.Stdout)
	lines.SetEscapeHTML(false)
	for _, file := range archive.File {
		if folder != "" {
			err = unpack(file, folder)
		} else {
			err = list(file, lines)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file.Name, err)
		}
	}
	return nil
}

func list(file *zip.File, lines *json.Encoder) error {
	contents, err := file.Open()
	if err != nil {
		return err
	}
	defer contents.Close()
	digest := sha256.New()
	var start strings.Builder
	// The reader checks size and checksum at the end.
	_, err = io.Copy(io.MultiWriter(digest, &prefix{&start}), contents)
	if err != nil {
		return err
	}
	mode := file.Mode()
	row := map[string]any{
		"path": strings.TrimSuffix(file.Name, "/"), "mode": fmt.Sprintf("%04o", mode.Perm()), "link": "", "size": 0,
		"mtime": file.Modified.Unix(), "sha256": "", "type": "file",
	}
	switch {
	case mode.IsDir():
		row["type"] = "dir"
	case mode&fs.ModeSymlink != 0:
		row["type"], row["link"] = "symlink", start.String()
	default:
		row["size"], row["sha256"] = file.UncompressedSize64, fmt.Sprintf("%x", digest.Sum(nil))
	}
	return lines.Encode(row)
}

// prefix keeps the first bytes that are written to it.
type prefix struct{ start *strings.Builder }

func (p *prefix) Write(bytes []byte) (int, error) {
	if left := 4096 - p.start.Len(); left > 0 {
		p.start.Write(bytes[:min(left, len(bytes))])
	}
	return len(bytes), nil
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

func unpack(file *zip.File, folder string) error {
	path, mode := filepath.Join(folder, file.Name), file.Mode()
	if mode.IsDir() {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
		return os.Chmod(path, mode.Perm())
	}
	contents, err := file.Open()
	if err != nil {
		return err
	}
	defer contents.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if mode&fs.ModeSymlink != 0 {
		target, err := io.ReadAll(contents)
		if err != nil {
			return err
		}
		return os.Symlink(string(target), path)
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, contents); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := os.Chmod(path, mode.Perm()); err != nil {
		return err
	}
	return os.Chtimes(path, file.Modified, file.Modified)
}
