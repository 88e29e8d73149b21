package explorer_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	// browserVariable, if set, has the tests fail where there is no browser.
	browserVariable = "MONOLITH_BROWSER"

	// chromiumVariable names the browser, if it is none of chromiumNames.
	chromiumVariable = "CHROMIUM"

	// patience with a browser or a node, for a single thing that it is to do.
	patience = time.Minute
)

func chromiumNames() []string { return []string{"chromium", "chromium-browser", "google-chrome"} }

// findChromium looks for a browser. Without one the test is skipped.
func findChromium(t *testing.T) string {
	t.Helper()
	names := chromiumNames()
	if named := os.Getenv(chromiumVariable); named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv(browserVariable) != "" {
		t.Fatalf("none of %v is there, and %s says that it must be: install Debian's chromium, or name one with %s", names, browserVariable, chromiumVariable)
	}
	t.Skipf("none of %v is there: install Debian's chromium, or name one with %s", names, chromiumVariable)
	return ""
}

// chromium is a browser without a window, for all tests.
type chromium struct{ ctx context.Context }

// startChromium starts a browser with a profile of its own, which reaches nothing but this
// machine.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findChromium(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.WSURLReadTimeout(patience),
		chromedp.NoSandbox, // which needs what root and containers have not; it only sees our page
	)
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		timeout, done := context.WithTimeout(ctx, patience)
		defer done()
		if err := chromedp.Cancel(timeout); err != nil {
			t.Logf("the browser does not end: %v", err)
		}
		cancel()
		stop() // and waits for the process
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start browser: %v", err)
	}
	return &chromium{ctx}
}
