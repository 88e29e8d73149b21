package explorer_test

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/monolith-chain/monolith/rpc/explorer"
)

// maxPage is what a visitor's first load may cost, compressed, in bytes.
const maxPage = 300_000

func newHandler(t *testing.T) http.Handler {
	t.Helper()
	handler, err := explorer.Handler()
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// get asks for a path, as a browser does unless the headers (name, value, ...) say
// otherwise.
func get(handler http.Handler, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAddresses(t *testing.T) {
	handler := newHandler(t)
	page := body(t, get(handler, "/"))
	for path, want := range map[string]struct {
		status int
		mime   string
	}{
		"/":                    {200, "text/html; charset=utf-8"},
		"/block/7":             {200, "text/html; charset=utf-8"},
		"/tx/0x12":             {200, "text/html; charset=utf-8"},
		"/network":             {200, "text/html; charset=utf-8"},
		"/main.js":             {200, "text/javascript; charset=utf-8"},
		"/pages/overview.js":   {200, "text/javascript; charset=utf-8"},
		"/style/tokens.css":    {200, "text/css; charset=utf-8"},
		"/icon.svg":            {200, "image/svg+xml"},
		"/lib/inter.woff2":     {200, "font/woff2"},
		"/lib/licenses.txt":    {200, "text/plain; charset=utf-8"},
		"/nothing":             {404, "text/html; charset=utf-8"},
		"/../explorer.go":      {404, "text/html; charset=utf-8"},
		"/pages":               {404, "text/html; charset=utf-8"},
		"/index.html":          {404, "text/html; charset=utf-8"},
		"/main.js/":            {404, "text/html; charset=utf-8"},
		"/block/../../etc":     {200, "text/html; charset=utf-8"}, // the page says what is wrong with it
		"/.well-known/x.json5": {404, "text/html; charset=utf-8"},
	} {
		r := get(handler, path)
		text := body(t, r)
		if r.StatusCode != want.status || r.Header.Get("Content-Type") != want.mime {
			t.Errorf("%s: status %d, %s", path, r.StatusCode, r.Header.Get("Content-Type"))
		}
		if strings.HasPrefix(want.mime, "text/html") && text != page {
			t.Errorf("%s: not the page", path)
		}
		if r.Header.Get("Content-Security-Policy") == "" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: without the headers that protect it", path)
		}
	}
	if r := get(handler, "/nothing", "Accept", "*/*"); r.StatusCode != http.StatusNotFound || strings.Contains(body(t, r), "<html") {
		t.Error("a program gets the page for what does not exist")
	}
}

func TestHead(t *testing.T) {
	w := httptest.NewRecorder()
	newHandler(t).ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/main.js", nil))
	if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("status %d, %d bytes, length %s", w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
	}
}

func TestCaching(t *testing.T) {
	handler := newHandler(t)
	tag := get(handler, "/main.js").Header.Get("ETag")
	if r := get(handler, "/main.js", "If-None-Match", `W/"other", `+tag); r.StatusCode != http.StatusNotModified || body(t, r) != "" {
		t.Errorf("what the browser has is sent again: status %d", r.StatusCode)
	}
	if r := get(handler, "/main.js", "If-None-Match", `"other"`); r.StatusCode != http.StatusOK {
		t.Errorf("what the browser has not is not sent: status %d", r.StatusCode)
	}
}

// TestAssets checks that each file is sent as it is, also compressed; that it is among
// those that the page loads at once; and that all of it stays small.
func TestAssets(t *testing.T) {
	handler := newHandler(t)
	page := body(t, get(handler, "/"))
	total := len(body(t, get(handler, "/", "Accept-Encoding", "gzip")))
	err := filepath.WalkDir("web", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "index.html" {
			return err
		}
		want, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(filepath.ToSlash(path), "web")
		if got := body(t, get(handler, name)); got != string(want) {
			t.Errorf("%s is not sent as it is", name)
		}
		r := get(handler, name, "Accept-Encoding", "gzip, br")
		sent := body(t, r)
		if r.Header.Get("Content-Encoding") == "gzip" {
			if plain, err := gzip.NewReader(strings.NewReader(sent)); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if got, err := io.ReadAll(plain); err != nil || string(got) != string(want) {
				t.Errorf("%s, unpacked: other content, error %v", name, err)
			}
		}
		if strings.Contains(page, `"`+name+`"`) {
			total += len(sent)
		} else if name != "/lib/licenses.txt" {
			t.Errorf("%s is not in the page", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > maxPage {
		t.Errorf("the page has %d bytes, compressed", total)
	}
	t.Logf("%d bytes, compressed", total)
}

// TestImports checks that every module that is imported is there: a browser would only
// tell when it loads the page.
func TestImports(t *testing.T) {
	imported := regexp.MustCompile(`(?:from|import) '(\.[^']+)'`)
	err := filepath.WalkDir("web", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".js" || filepath.Base(filepath.Dir(path)) == "lib" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, match := range imported.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), match[1])); err != nil {
				t.Errorf("%s imports %s: %v", path, match[1], err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
