//go:build browser

package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
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
func show(t *testing.T, browser context.Context, url string, width int64, scheme string) shown {
	ctx, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	messages := chromedp.Console(ctx)
	requests := chromedp.Events(ctx, network.RequestWillBeSent)
	feature := emulation.MediaFeature{Name: "prefers-color-scheme", Value: scheme}
	_, err1 := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, err2 := chromedp.Call(ctx, emulation.SetEmulatedMedia,
		emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{&feature}})
	err3 := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900))
	var s shown
	begin := time.Now()
	err4 := chromedp.Do(ctx, chromedp.Navigate(url))
	_, err5 := chromedp.Run(ctx, chromedp.Evaluate[bool](drawn, chromedp.EvalAwaitPromise))
	s.load = time.Since(begin)
	picture, err6 := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	sideways, err7 := chromedp.Run(ctx, chromedp.Evaluate[bool](isWider))
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		t.Fatal(err)
	}
	if sideways {
		t.Error("the page is wider than the window")
	}
	closeTab()
	for m, err := range messages {
		if err != nil {
			break // the tab is closed
		}
		t.Errorf("on the console: %s", m)
	}
	for r, err := range requests {
		if err != nil {
			break
		}
		if r.Request.URL != url {
			t.Errorf("the page loads %s", r.Request.URL)
		}
	}
	s.picture = picture
	return s
}

// isWider tells whether a reader has to scroll sideways, when all that is folded is open.
const isWider = `document.querySelectorAll("details").forEach(d => d.open = true),
	document.documentElement.scrollWidth > innerWidth`

// drawn is true as soon as the browser has drawn the page.
const drawn = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`
