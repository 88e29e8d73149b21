package explorer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed web
var web embed.FS

const (
	root = "web"

	// policy lets the page load and call nothing but the node that served it.
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

	// preloads is the comment in index.html that is replaced by a hint for each module,
	// so that the browser fetches them all at once instead of one import after another.
	preloads = "<!-- modules -->"
)

// routes are the first segments of the page's addresses.
var routes = []string{"", "block", "blocks", "tx", "address", "pending", "miners", "network"}

// file is an asset as it is sent.
type file struct {
	mime, etag    string
	plain, zipped []byte // zipped is nil where it would not be smaller
}

// handler serves the page.
type handler struct {
	files map[string]*file // by path, without the slash
	index *file
}

// Handler serves the page and its assets to GET and HEAD. Other paths are answered with
// 404, and the page if it is a browser that asks.
func Handler() (http.Handler, error) {
	h := &handler{files: make(map[string]*file)}
	var index []byte
	var modules []string
	err := fs.WalkDir(web, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := web.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, root+"/")
		switch path.Ext(name) {
		case ".html":
			index = content
			return nil
		case ".js":
			modules = append(modules, name)
		}
		h.files[name], err = newFile(name, content)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("explorer's assets: %w", err)
	}
	var hints strings.Builder
	for _, name := range modules {
		if bytes.Contains(index, []byte(`src="/`+name+`"`)) {
			continue // the page names it itself
		}
		fmt.Fprintf(&hints, "<link rel=\"modulepreload\" href=\"/%s\">\n", name)
	}
	h.index, err = newFile("index.html", bytes.Replace(index, []byte(preloads), []byte(hints.String()), 1))
	if err != nil {
		return nil, fmt.Errorf("explorer's page: %w", err)
	}
	return h, nil
}

func newFile(name string, content []byte) (*file, error) {
	sum := sha256.Sum256(content)
	f := &file{mime: mimeOf(name), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, plain: content}
	var zipped bytes.Buffer
	compressor, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := compressor.Write(content); err != nil {
		return nil, err
	}
	if err := compressor.Close(); err != nil {
		return nil, err
	}
	if zipped.Len() < len(content)*9/10 {
		f.zipped = zipped.Bytes()
	}
	return f, nil
}

// mimeOf does not ask the system's tables for what must be right: a browser runs no
// module that is called text/plain.
func mimeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	default:
		return mime.TypeByExtension(ext)
	}
}

// ServeHTTP serves a GET or HEAD.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if f, ok := h.files[name]; ok {
		f.serve(w, r, http.StatusOK)
		return
	}
	first, _, _ := strings.Cut(name, "/")
	switch {
	case slices.Contains(routes, first):
		h.index.serve(w, r, http.StatusOK)
	case Browser(r):
		h.index.serve(w, r, http.StatusNotFound)
	default:
		http.NotFound(w, r)
	}
}

// Browser reports whether who asks wants to look at the answer.
func Browser(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

func (f *file) serve(w http.ResponseWriter, r *http.Request, status int) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cache-Control", "no-cache") // ask whether it has changed: a new node has a new page
	header.Set("ETag", f.etag)
	header.Add("Vary", "Accept-Encoding")
	if status == http.StatusOK && strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	content := f.plain
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		content = f.zipped
	}
	header.Set("Content-Type", f.mime)
	header.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) // a browser that is gone does not want it
	}
}
