package explorer_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screenshotVariable names the folder that pictures of the pages are written to, if any.
const screenshotVariable = "SCREENSHOTS"

// screen is what a page is looked at on.
type screen struct {
	name          string
	width, height int64
	phone         bool
}

func desktop() screen { return screen{"desktop", 1280, 800, false} }

func phone() screen { return screen{"phone", 390, 844, true} }

// page is a tab in a window of its own that shares nothing with others. When its test ends,
// errors of the page and requests to elsewhere than its node fail it.
type page struct {
	t      *testing.T
	ctx    context.Context
	node   *node
	screen screen

	mu        sync.Mutex // guards what follows
	requests  []string   // URLs
	faults    []string
	tolerated []string // parts of faults that are none
}

// newPage opens an empty tab.
func (c *chromium) newPage(t *testing.T, n *node, s screen) *page {
	t.Helper()
	p := &page{t: t, node: n, screen: s}
	ctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.listen))
	p.ctx = ctx
	t.Cleanup(func() {
		p.check()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // without a timeout, after which the tab would be listened to no more
		t.Fatalf("open tab: %v", err)
	}
	options := []chromedp.EmulateViewportOption{}
	if s.phone {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	p.do(chromedp.EmulateViewport(s.width, s.height, options...))
	return p
}

// open loads an address of the node, which must have the given status.
func (p *page) open(path string, status int64) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.Run(ctx, chromedp.NavigateResponse(p.node.url+path))
	if err != nil || response.Status != status {
		p.t.Fatalf("open %s: response %+v, %v", path, response, err)
	}
}

// listen is called with all that happens in the tab, in order.
func (p *page) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *network.EventWebSocketCreated:
		p.requests = append(p.requests, e.URL)
	case *network.EventLoadingFailed:
		if !e.Canceled {
			p.faults = append(p.faults, "request failed: "+e.ErrorText)
		}
	case *runtime.EventExceptionThrown:
		p.faults = append(p.faults, "exception: "+describe(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.faults = append(p.faults, "console: "+arguments(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.faults = append(p.faults, fmt.Sprintf("console: %s %s", e.Entry.Text, e.Entry.URL))
		}
	}
}

func describe(e *runtime.ExceptionDetails) string {
	if e.Exception != nil {
		return e.Text + " " + e.Exception.Description
	}
	return e.Text
}

func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, strings.TrimSpace(string(a.Value)+" "+a.Description))
	}
	return strings.Join(words, " ")
}

// tolerate takes errors that contain the text for what the test brings about.
func (p *page) tolerate(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tolerated = append(p.tolerated, text)
}

// check fails the test for errors of the page, and for requests to others.
func (p *page) check() {
	p.t.Helper()
	own, err := url.Parse(p.node.url)
	if err != nil {
		p.t.Fatal(err)
	}
	evaluate[bool](p, "true") // what happened before it has been listened to then
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		if !slices.ContainsFunc(p.tolerated, func(text string) bool { return strings.Contains(fault, text) }) {
			p.t.Errorf("the page has an error: %s", fault)
		}
	}
	for _, request := range p.requests {
		if u, err := url.Parse(request); err != nil || u.Host != own.Host && u.Scheme != "data" {
			p.t.Errorf("the page asks somebody else: %s", request)
		}
	}
	if len(p.requests) == 0 {
		p.t.Error("no request was seen")
	}
}

// do runs actions in the tab.
func (p *page) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// evaluate returns the value of a JavaScript expression, or of the promise that it is.
func evaluate[T any](p *page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until a JavaScript expression is true. It is asked for from here, again and
// again: the page's policy forbids it to evaluate text, and another page may be loaded
// meanwhile.
func (p *page) await(condition string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		met, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Boolean("+condition+")"))
		if met {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			text := evaluate[string](p, "document.body.innerText")
			p.screenshot("failed")
			p.t.Fatalf("waited in vain for %s (%v) in\n%s", condition, err, text)
		}
	}
}

// awaitText waits until an element that the selector finds contains the text.
func (p *page) awaitText(selector, text string) {
	p.t.Helper()
	p.await(fmt.Sprintf("[...document.querySelectorAll(%q)].some((e) => e.innerText.includes(%q))", selector, text))
}

// text is what people read in the first element that the selector finds.
func (p *page) text(selector string) string {
	p.t.Helper()
	p.await(fmt.Sprintf("document.querySelector(%q)", selector))
	return evaluate[string](p, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// click clicks on the first visible element that the selector finds, with the mouse.
func (p *page) click(selector string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// press clicks on the button or link that is called so, once it can be pressed.
func (p *page) press(name string) {
	p.t.Helper()
	const mark = "data-test-pressed"
	find := fmt.Sprintf(`[...document.querySelectorAll('button, a, summary')].find((e) => [e.innerText.trim(), e.ariaLabel].includes(%q) && !e.disabled && e.checkVisibility())`, name)
	p.await(find)
	evaluate[bool](p, fmt.Sprintf(`(document.querySelector('[%s]')?.removeAttribute('%[1]s'), %s.setAttribute('%[1]s', ''), true)`, mark, find))
	p.click("[" + mark + "]")
}

// enter types into a field, in place of what it contains.
func (p *page) enter(selector, text string) {
	p.t.Helper()
	p.click(selector)
	evaluate[bool](p, fmt.Sprintf("(document.querySelector(%q).select(), true)", selector))
	p.key(text)
}

// key presses keys: characters, and those of the package kb. Each goes down with its
// character, as on a keyboard: what the page keeps for itself is then not typed, which
// chromedp's own action does.
func (p *page) key(keys string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, r := range keys {
			events := kb.Encode(r)
			if len(events) == 3 {
				down, char, up := events[0], events[1], events[2]
				down.Text, down.UnmodifiedText = char.Text, char.UnmodifiedText
				events = []*input.DispatchKeyEventParams{down, up}
			}
			for _, event := range events {
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *event); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// inject has a script run in all pages that are loaded from now on, before their own: an
// injected wallet for instance.
func (p *page) inject(script string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}

// prefer has the browser say that people like it "light" or "dark".
func (p *page) prefer(scheme string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// screenshot writes a picture of the whole page, if there is a folder for it.
func (p *page) screenshot(name string) {
	p.t.Helper()
	folder := os.Getenv(screenshotVariable)
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	test := strings.ReplaceAll(strings.TrimPrefix(p.t.Name(), "TestBrowser/"), "/", "-")
	file := filepath.Join(folder, fmt.Sprintf("%s-%s-%s.png", test, name, p.screen.name))
	if err := errors.Join(err, os.MkdirAll(folder, 0o755), os.WriteFile(file, picture, 0o644)); err != nil {
		p.t.Errorf("screenshot: %v", err)
	}
}

// fits checks that nothing is wider than the screen.
func (p *page) fits() {
	p.t.Helper()
	if width := evaluate[int64](p, "document.documentElement.scrollWidth"); width > p.screen.width {
		p.t.Errorf("the page is %d wide on a screen of %d", width, p.screen.width)
	}
}
