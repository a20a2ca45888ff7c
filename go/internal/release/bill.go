package main

import (
	"encoding/json"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The parts of a CycloneDX 1.6 document that are used: https://cyclonedx.org/docs/1.6/json.
type bill struct {
	Format       string         `json:"bomFormat"`
	SpecVersion  string         `json:"specVersion"`
	SerialNumber string         `json:"serialNumber"`
	Version      int            `json:"version"`
	Metadata     billMetadata   `json:"metadata"`
	Components   []component    `json:"components"`
	Dependencies []dependencies `json:"dependencies"`
}

type billMetadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	URL        string     `json:"purl"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type dependencies struct {
	Ref  string   `json:"ref"`
	Need []string `json:"dependsOn"`
}

// billOfMaterials lists the libraries in a target's programs, as the programs themselves
// name them.
func billOfMaterials(b built) ([]byte, error) {
	main := component{
		Type:    "application",
		Ref:     "thinrex",
		Name:    "thinrex",
		Version: b.version.String(),
		URL:     "pkg:generic/thinrex@" + b.version.String() + "?os=" + b.os + "&arch=" + b.arch,
	}
	for _, p := range b.programs() {
		main.Properties = append(main.Properties, property{"thinrex:program", p.file + b.exe()})
	}
	list := libraries(b.infos)
	needs := dependencies{Ref: main.Ref}
	for _, c := range list {
		needs.Need = append(needs.Need, c.Ref)
	}
	serial := uuid.NewSHA1(uuid.NameSpaceURL, []byte(main.URL)) // equal for equal contents
	return json.MarshalIndent(bill{
		Format:       "CycloneDX",
		SpecVersion:  "1.6",
		SerialNumber: serial.URN(),
		Version:      1,
		Metadata:     billMetadata{b.time.UTC().Format(time.RFC3339), main},
		Components:   list,
		Dependencies: []dependencies{needs},
	}, "", "  ")
}

// libraries lists Go's standard library and all modules of other projects.
func libraries(infos []*debug.BuildInfo) (list []component) {
	add := func(name, version, sum string) {
		url := "pkg:golang/" + name + "@" + version
		c := component{Type: "library", Ref: url, Name: name, Version: version, URL: url}
		if sum != "" {
			c.Properties = []property{{"go:sum", sum}}
		}
		list = append(list, c)
	}
	for _, info := range infos {
		add("std", strings.TrimPrefix(info.GoVersion, "go"), "")
		for _, module := range info.Deps {
			if module.Replace != nil {
				module = module.Replace
			}
			add(module.Path, module.Version, module.Sum)
		}
	}
	slices.SortFunc(list, func(a, b component) int { return strings.Compare(a.URL, b.URL) })
	return slices.CompactFunc(list, func(a, b component) bool { return a.URL == b.URL })
}
