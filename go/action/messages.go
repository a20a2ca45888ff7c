package action

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"thinrex/go/digest"
	"thinrex/go/wire"
)

// Seal makes the messages and the digest of an action from its arguments, inputs and
// outputs. It must be called again after a change of one of these. The numbers are those
// of the fields of Command and Action in remote_execution.proto.
func (a *Action) Seal(s Spec) error {
	root, err := NewTree(s.Function, a.Inputs, s.Tools)
	if err != nil {
		return err
	}
	var command wire.Message
	command.Texts(1, slices.Concat(s.Program, a.Args)...)
	for _, v := range sortedVariables(s.Env) {
		writePair(&command, 2, v.Name, v.Value)
	}
	outputs := outputNames(a.Outputs)
	if s.Runnable {
		command.Texts(3, outputs...)             // some servers ignore field 7
		writePlatform(&command, 5, s.Properties) // some servers read only this one
	}
	command.Texts(7, outputs...)
	m := Messages{Directories: root.blobs}
	if m.Command, m.CommandDigest, err = seal(&command, s.Function); err != nil {
		return fmt.Errorf("command of %s: %w", a.Subject, err)
	}

	var action wire.Message
	m.CommandDigest.Write(&action, 1)
	root.digest.Write(&action, 2)
	action.Part(6, func() {
		action.Number(1, int64(s.Timeout/time.Second))
		action.Number(2, int64(s.Timeout%time.Second))
	})
	action.Data(9, []byte(s.Salt))
	writePlatform(&action, 10, s.Properties)
	if m.Action, a.Digest, err = seal(&action, s.Function); err != nil {
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

// writePlatform writes a field with a worker's properties, if there are any.
func writePlatform(m *wire.Message, field wire.Field, properties map[string]string) {
	if len(properties) == 0 {
		return
	}
	m.Part(field, func() {
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			writePair(m, 1, name, properties[name])
		}
	})
}

// writePair writes a field that is a name and a value: a variable or a property.
func writePair(m *wire.Message, field wire.Field, name, value string) {
	m.Part(field, func() {
		m.Text(1, name)
		m.Text(2, value)
	})
}

// seal returns a message and its digest.
func seal(m *wire.Message, function digest.Function) ([]byte, digest.Digest, error) {
	data, err := m.Bytes()
	return data, function.Of(data), err
}

func outputNames(outputs []Output) []string {
	var names []string
	for _, out := range outputs {
		names = append(names, out.Name)
	}
	slices.Sort(names)
	return names
}
