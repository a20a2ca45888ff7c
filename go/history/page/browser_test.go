//go:build browser

package page

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// TestBrowser opens pages in headless Chromium, as make report-page does: wide and narrow,
// light and dark. Nothing may be wrong on the console, nothing may be loaded, and nobody may
// have to scroll sideways. It prints how long a page took to load, and leaves pictures for
// somebody to look at in the folder PICTURES.
func TestBrowser(t *testing.T) {
	pictures := os.Getenv("PICTURES")
	if pictures == "" {
		pictures = t.TempDir()
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	defer stop()
	browser, stop := chromedp.NewContext(allocator)
	defer stop()
	if err := chromedp.Do(browser); err != nil { // starts it
		t.Fatal(err)
	}
	pages := append(slices.Clone(pages), namedContent{
		"large", made{jobs: 10_000, misses: 3_000, here: 16, away: 200, causes: 400, byEach: 4}.content(),
	})
	for _, p := range pages {
		var page bytes.Buffer
		if err := Write(&page, p.content); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(pictures, p.name+".html")
		if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{1280, 400} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", p.name, width, scheme)
				t.Run(name, func(t *testing.T) {
					s := show(t, browser, "file://"+path, width, scheme)
					t.Logf("%d bytes, loaded and drawn in %v", page.Len(), s.load.Round(time.Millisecond))
					if err := os.WriteFile(filepath.Join(pictures, name+".png"), s.picture, 0o644); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	}
}

// A shown page is what a browser made of it.
type shown struct {
	picture []byte
	load    time.Duration // until it was drawn
}

// show opens a page in a new tab, and checks it.
func show(t *testing.T, browser context.Context, url string, width int64, scheme string) (s shown) {
	ctx, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(nil, chromedp.Listen(ctx, func(event any) {
		if text := complaint(event, url); text != "" {
			t.Error(text)
		}
	}))
	must(chromedp.Call(ctx, network.Enable, network.EnableParams{}))
	must(chromedp.Call(ctx, log.Enable, cdp.Empty{}))
	must(chromedp.Call(ctx, runtime.Enable, cdp.Empty{}))
	must(chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
	must(nil, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)))
	begin := time.Now()
	must(nil, chromedp.Do(ctx, chromedp.Navigate(url)))
	must(chromedp.Run(ctx, chromedp.Evaluate[bool](drawn, chromedp.EvalAwaitPromise)))
	s.load = time.Since(begin)
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	must(nil, err)
	sideways, err := chromedp.Run(ctx, chromedp.Evaluate[bool](isWider))
	must(nil, err)
	if sideways {
		t.Error("the page is wider than the window")
	}
	s.picture = picture
	return s
}

// complaint returns what is wrong if the browser tells of an event; "" if nothing is.
func complaint(event any, url string) string {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		return "a script runs and writes to the console"
	case *runtime.EventExceptionThrown:
		return "a script runs and fails: " + e.ExceptionDetails.Text
	case *log.EventEntryAdded:
		return "in the browser's log: " + e.Entry.Text
	case *network.EventRequestWillBeSent:
		if e.Request.URL != url {
			return "the page loads " + e.Request.URL
		}
	}
	return ""
}

// isWider tells whether a reader has to scroll sideways, when all that is folded is open.
const isWider = `document.querySelectorAll("details").forEach(d => d.open = true),
	document.documentElement.scrollWidth > innerWidth`

// drawn is true as soon as the browser has drawn the page.
const drawn = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`
