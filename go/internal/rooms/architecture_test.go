package rooms

import (
	"os"
	"strings"
	"testing"
)

// The table of rooms in docs/architecture.md has one row for each row of the
// plan, in its order, and says the same of what the room may import.
func TestArchitecturePage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "| room | owns | may import |\n| --- | --- | --- |\n")
	table, _, ended := strings.Cut(table, "\n\n")
	if !found || !ended {
		t.Fatal("docs/architecture.md has no table of rooms")
	}
	rows := strings.Split(table, "\n")
	for i, room := range plan {
		if i == len(rows) {
			t.Fatalf("docs/architecture.md ends before the row of %s", room.name)
		}
		cells := strings.Split(rows[i], " | ")
		if len(cells) != 3 || cells[0] != "| `"+room.name+"`" || strings.TrimSpace(cells[1]) == "" {
			t.Fatalf("docs/architecture.md: this row should be that of %s, with what it owns and may import:\n%s",
				room.name, rows[i])
		}
		if got, want := cells[2], roomNames(room.ours)+" |"; got != want {
			t.Errorf("docs/architecture.md: the row of %s should end with\n%s\nand ends with\n%s", room.name, want, got)
		}
	}
	if len(rows) > len(plan) {
		t.Errorf("docs/architecture.md has a row of no room: %s", rows[len(plan)])
	}
}

// roomNames writes the rooms of a plan's row as the page does.
func roomNames(ours string) string {
	if ours == "" {
		return "–"
	}
	return "`" + strings.ReplaceAll(ours, " ", "`, `") + "`"
}
