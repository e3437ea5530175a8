// Reads an archived audit log with golang.org/x/mod/sumdb, which knows nothing of Tapline: what others can read is not
// judged by our own reader. Debian: golang-go and golang-golang-x-mod-dev.
//
//	read-archived-log <verifier key> <log's folder> <checkpoint> <older checkpoint>
//	read-archived-log <verifier key> <tlog-proof>
//
// The first form proves every entry of the log, and that it goes on from the older checkpoint. Prints what it found, in one
// line; ends with 1 and says why where something does not fit.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const tileWidth = 1 << tileHeight

func main() {
	said, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(said)
}

func run(args []string) (string, error) {
	if len(args) != 2 && len(args) != 4 {
		return "", fmt.Errorf("2 or 4 arguments are needed, not %d", len(args))
	}
	key, err := note.NewVerifier(args[0])
	if err != nil {
		return "", err
	}
	if len(args) == 2 {
		return checkProof(key, args[1])
	}
	return checkLog(key, args[1], args[2], args[3])
}

func checkLog(key note.Verifier, folder, newer, older string) (string, error) {
	tree, err := openCheckpointFile(key, newer)
	if err != nil {
		return "", err
	}
	before, err := openCheckpointFile(key, older)
	if err != nil {
		return "", err
	}
	hashes := tlog.TileHashReader(tree, &tiles{folder})
	grown, err := tlog.ProveTree(tree.N, before.N, hashes)
	if err != nil {
		return "", err
	}
	if err := tlog.CheckTree(grown, tree.N, tree.Hash, before.N, before.Hash); err != nil {
		return "", fmt.Errorf("consistency: %w", err)
	}
	for index := int64(0); index < tree.N; {
		entries, err := readBundle(folder, index/tileWidth, tree.N)
		if err != nil {
			return "", err
		}
		for _, entry := range entries {
			path, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return "", fmt.Errorf("entry %d: %w", index, err)
			}
			if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return "", fmt.Errorf("entry %d: %w", index, err)
			}
			index++
		}
	}
	return fmt.Sprintf("%d entries, grown from %d", tree.N, before.N), nil
}

// checkProof reads a c2sp.org/tlog-proof@v1: the entry as extra, its place, its path, and the checkpoint.
func checkProof(key note.Verifier, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	head, checkpoint, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", fmt.Errorf("%s is no tlog-proof", file)
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return "", err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return "", err
	}
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return "", err
		}
		path = append(path, hash)
	}
	tree, err := openCheckpoint(key, []byte(checkpoint))
	if err != nil {
		return "", err
	}
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return "", err
	}
	return string(entry), nil
}

func openCheckpointFile(key note.Verifier, file string) (tlog.Tree, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(key, text)
}

func openCheckpoint(key note.Verifier, text []byte) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 3 || lines[0] != key.Name() {
		return tlog.Tree{}, fmt.Errorf("no checkpoint of %s", key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// tiles reads a log's folder as c2sp.org/tlog-tiles lays it out.
type tiles struct{ folder string }

func (t *tiles) Height() int { return tileHeight }

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(wanted))
	for i, tile := range wanted {
		data, err := readTile(t.folder, strconv.Itoa(tile.L), tile.N, tile.W)
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %v is cut off", tile)
		}
		all[i] = data[:tile.W*tlog.HashSize]
	}
	return all, nil
}

// readTile takes the full tile where the partial one has given way to it.
func readTile(folder, level string, index int64, width int) ([]byte, error) {
	name := fmt.Sprintf("%03d", index%1000)
	for rest := index / 1000; rest > 0; rest /= 1000 {
		name = fmt.Sprintf("x%03d/%s", rest%1000, name)
	}
	full := filepath.Join(folder, "tile", level, name)
	if width < tileWidth {
		data, err := os.ReadFile(filepath.Join(full+".p", strconv.Itoa(width)))
		if err == nil || !os.IsNotExist(err) {
			return data, err
		}
	}
	return os.ReadFile(full)
}

// readBundle returns the entries of a bundle, each behind its length in 2 bytes, big-endian.
func readBundle(folder string, index, size int64) ([][]byte, error) {
	width := tileWidth
	if (index+1)*tileWidth > size {
		width = int(size % tileWidth)
	}
	data, err := readTile(folder, "entries", index, width)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(entries) < width {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("bundle %d is cut off", index)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	return entries, nil
}
