package action

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Seal makes the messages and the digest of an action from its arguments, inputs and
// outputs. It must be called again after a change of one of these. The numbers are those
// of the fields of Command and Action in remote_execution.proto.
func (a *Action) Seal(s Spec) error {
	root, err := NewTree(s.Function, a.Inputs, s.Tools)
	if err != nil {
		return err
	}
	var command message
	command.texts(1, slices.Concat(s.Program, a.Args)...)
	for _, v := range sortedVariables(s.Env) {
		command.pair(2, v.Name, v.Value)
	}
	outputs := outputNames(a.Outputs)
	if s.Runnable {
		command.texts(3, outputs...)      // some servers ignore field 7
		command.platform(5, s.Properties) // some servers read only this one
	}
	command.texts(7, outputs...)
	m := Messages{Directories: root.blobs}
	if m.Command, m.CommandDigest, err = command.seal(s.Function); err != nil {
		return fmt.Errorf("command of %s: %w", a.Subject, err)
	}

	var action message
	action.digest(1, m.CommandDigest)
	action.digest(2, root.digest)
	action.part(6, func() {
		action.number(1, int64(s.Timeout/time.Second))
		action.number(2, int64(s.Timeout%time.Second))
	})
	action.data(9, s.Salt)
	action.platform(10, s.Properties)
	if m.Action, a.Digest, err = action.seal(s.Function); err != nil {
		return fmt.Errorf("action of %s: %w", a.Subject, err)
	}
	a.Messages = m
	return nil
}

func sortedVariables(env []Variable) []Variable {
	return slices.SortedFunc(slices.Values(env), func(x, y Variable) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Value, y.Value))
	})
}

// platform writes a field with a worker's properties, if there are any.
func (m *message) platform(field protowire.Number, properties map[string]string) {
	if len(properties) == 0 {
		return
	}
	m.part(field, func() {
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			m.pair(1, name, properties[name])
		}
	})
}

func outputNames(outputs []Output) []string {
	var names []string
	for _, out := range outputs {
		names = append(names, out.Name)
	}
	slices.Sort(names)
	return names
}
