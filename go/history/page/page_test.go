package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"thinrex/go/history"
	"thinrex/go/history/explain"
)

type namedContent struct {
	name    string
	content Content
}

// pages are what the tests look at.
var pages = []namedContent{
	{"usual", made{jobs: 274, misses: 31, here: 8, away: 24, causes: 9, byEach: 3}.content()},
	{"here", made{jobs: 90, misses: 90, here: 8}.content()},
	{"hits", made{jobs: 274, here: 8}.content()},
	{"gone", withoutDetails(made{jobs: 274, misses: 31, here: 8}.content())},
	{"nothing", Content{Jobs: &history.Jobs{}}},
	{"hostile", hostile()},
}

func withoutDetails(c Content) Content {
	c.Jobs, c.PreviousJobs, c.Groups = nil, nil, nil
	return c
}

// hostile has markup wherever a record has a text from elsewhere.
func hostile() Content {
	const evil = `"><script src="https://example.com/x.js"></script><img src=x onerror=alert(1)>'` +
		"`{{.}}</style></title>"
	c := made{jobs: 12, misses: 4, here: 2, away: 2, causes: 3, byEach: 2}.content()
	c.Link.Dir, c.Link.ID, c.Link.Host, c.Link.Strategy = evil, evil, evil, evil
	c.Link.Summary.LinkerOutput, c.Link.Summary.Error, c.Link.Summary.Version = evil, evil, evil
	for i := range c.Jobs.Files {
		c.Jobs.Files[i].Name = evil + c.Jobs.Files[i].Name
	}
	for i := range c.Jobs.Jobs {
		c.Jobs.Jobs[i].Why, c.Jobs.Jobs[i].From = evil, evil
	}
	c.Groups = []explain.Group{
		{Modules: []string{c.Jobs.Files[0].Name}, Causes: []explain.Cause{{
			Kind:       explain.ImportChanged,
			File:       evil,
			Difference: explain.Difference{Changed: []string{evil}, Added: []string{evil}},
		}}},
		{Modules: []string{c.Jobs.Files[3].Name}, Causes: []explain.Cause{{Kind: evil, File: evil, Why: evil}}},
	}
	c.Previous.ID = evil
	return c
}

func parse(t *testing.T, c Content) (text string, tree *html.Node) {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, c); err != nil {
		t.Fatal(err)
	}
	tree, err := html.Parse(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), tree
}

func elements(tree *html.Node, names ...atom.Atom) (list []*html.Node) {
	for n := range tree.Descendants() {
		if n.Type == html.ElementNode && (len(names) == 0 || slices.Contains(names, n.DataAtom)) {
			list = append(list, n)
		}
	}
	return list
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}

// TestNothingForeign: whatever names are in the records, a page loads and runs nothing.
func TestNothingForeign(t *testing.T) {
	loading := []atom.Atom{
		atom.Script, atom.Img, atom.Link, atom.Iframe, atom.Object, atom.Embed, atom.Form, atom.Base, atom.A,
	}
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			_, tree := parse(t, p.content)
			for _, n := range elements(tree, loading...) {
				t.Errorf("there is a <%s>", n.Data)
			}
			for _, n := range elements(tree) {
				for _, a := range n.Attr {
					if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "href" || a.Key == "style" {
						t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
					}
				}
			}
		})
	}
}

// TestPolicy: the only style sheet is the one that the Content-Security-Policy allows.
func TestPolicy(t *testing.T) {
	_, tree := parse(t, pages[0].content)
	sheets := elements(tree, atom.Style)
	if len(sheets) != 1 {
		t.Fatalf("%d style sheets", len(sheets))
	}
	sum := sha256.Sum256([]byte(textOf(sheets[0])))
	want := "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
	got := ""
	for _, n := range elements(tree, atom.Meta) {
		if attribute(n, "http-equiv") == "Content-Security-Policy" {
			got = attribute(n, "content")
		}
	}
	if got != want {
		t.Errorf("policy: got  %s\nwant %s", got, want)
	}
}

// TestAccessible: tables have captions and headers, pictures have texts, sections have titles.
func TestAccessible(t *testing.T) {
	for _, p := range pages {
		t.Run(p.name, func(t *testing.T) {
			_, tree := parse(t, p.content)
			if root := elements(tree, atom.Html)[0]; attribute(root, "lang") != "en" {
				t.Error("the page doesn't name its language")
			}
			ids := map[string]bool{}
			for _, n := range elements(tree) {
				if id := attribute(n, "id"); id != "" && ids[id] {
					t.Errorf("two elements have the id %q", id)
				} else if id != "" {
					ids[id] = true
				}
			}
			for _, n := range elements(tree, atom.Section) {
				if !ids[attribute(n, "aria-labelledby")] {
					t.Errorf("a section is labelled by %q, which isn't there", attribute(n, "aria-labelledby"))
				}
			}
			for _, n := range elements(tree, atom.Table) {
				if len(elements(n, atom.Caption)) != 1 {
					t.Errorf("a table without a caption: %.80s", textOf(n))
				}
			}
			for _, n := range elements(tree, atom.Th) {
				if attribute(n, "scope") == "" {
					t.Errorf("a header without a scope: %s", textOf(n))
				}
			}
			for _, n := range elements(tree, atom.Svg) {
				named := attribute(n, "role") == "img" && attribute(n, "aria-label") != ""
				if !named && attribute(n, "aria-hidden") != "true" {
					t.Error("a picture without a text")
				}
			}
		})
	}
}

// TestColours: each class of a bar has its colour in the style sheet, for both schemes.
func TestColours(t *testing.T) {
	classes := map[string]bool{"waiting": true, "lookup": true, "cut": true}
	for _, k := range kinds {
		classes[k.Class] = true
	}
	for class := range classes {
		if n := strings.Count(style, "--"+class+": #"); n != 2 {
			t.Errorf("--%s has %d values, want one for light and one for dark", class, n)
		}
		if !strings.Contains(style, "rect."+class+" {") || !strings.Contains(style, "i."+class+" {") {
			t.Errorf("class %s has no colour", class)
		}
	}
}

// TestLarge: what nobody can see isn't in the page.
func TestLarge(t *testing.T) {
	text, tree := parse(t, made{jobs: 21_000, misses: 5_000, here: 16, away: 400, causes: 4000, byEach: 4}.content())
	if len(text) > 12<<20 {
		t.Errorf("a page of %d bytes", len(text))
	}
	for what, most := range map[string]int{
		"lane":  2 * mostLanes,
		"nodes": 2,
	} {
		n := 0
		for _, e := range elements(tree) {
			if attribute(e, "class") == what {
				n++
			}
		}
		if n > most {
			t.Errorf("%d of class %s, want at most %d", n, what, most)
		}
	}
	if rows := len(elements(tree, atom.Tr)); rows > mostModules+mostFolders+mostCauseRows+100 {
		t.Errorf("%d rows", rows)
	}
	for _, want := range []string{
		"11\u202f000 more modules: not listed",
		"1\u202f000 more jobs: not shown",
		"that had less to do: not drawn",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page doesn't say: %s", want)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, tc := range []struct {
		name        string
		content     Content
		want, avoid []string
	}{
		{
			name:    "usual",
			content: pages[0].content,
			want: []string{"What had to run, and why", "Timeline", "Slowest modules", "Compared with the link before",
				"243 of 274 jobs needed no compiler", "31 jobs had to run: the module itself changed (",
				"This machine: 8 slots", "Workers: 23 slots", "hit rate", "before: 99."},
			avoid: []string{"The link failed", "not drawn", "not listed"},
		},
		{
			name:    "hits",
			content: pages[2].content,
			want:    []string{"274 of 274 jobs needed no compiler"},
			avoid:   []string{"What had to run", "Slowest modules", "slot 1", "had to run"},
		},
		{
			name:    "without details",
			content: pages[3].content,
			want:    []string{"Only the totals of this link are left", "Compared with the link before", "Bytes"},
			avoid:   []string{"Timeline", "Slowest modules", "Hits and misses"},
		},
		{
			name:    "nothing",
			content: Content{Jobs: &history.Jobs{}},
			want:    []string{"The link had no jobs", "No earlier link with this output is recorded"},
			avoid:   []string{"NaN", "Inf", "Slowest modules"},
		},
		{
			name:    "failed",
			content: hostile(),
			want:    []string{"The link failed:", "4 jobs will run again in the next link"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, tree := parse(t, tc.content)
			text := textOf(elements(tree, atom.Body)[0])
			for _, want := range tc.want {
				if !strings.Contains(text, want) {
					t.Errorf("missing: %s", want)
				}
			}
			for _, avoid := range tc.avoid {
				if strings.Contains(text, avoid) {
					t.Errorf("there, but shouldn't be: %s", avoid)
				}
			}
		})
	}
}
