package action

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Seal makes the messages and the digest of an action from its arguments, inputs and
// outputs. It must be called again after a change of one of these.
func (a *Action) Seal(s Spec) error {
	root, err := NewTree(s.Function, a.Inputs, s.Tools)
	if err != nil {
		return err
	}
	command := &repb.Command{
		Arguments:            slices.Concat(s.Program, a.Args),
		EnvironmentVariables: variables(s.Env),
		OutputPaths:          outputNames(a.Outputs),
	}
	message := &repb.Action{
		InputRootDigest: root.digest.Proto(),
		Timeout:         durationpb.New(s.Timeout),
		Salt:            []byte(s.Salt),
		Platform:        platform(s.Properties),
	}
	if s.Runnable {
		command.OutputFiles = command.OutputPaths //lint:ignore SA1019 some servers ignore OutputPaths
		command.Platform = message.Platform       //lint:ignore SA1019 some servers read only this one
	}
	m := Messages{Directories: root.blobs}
	if m.Command, m.CommandDigest, err = s.Function.OfMessage(command); err != nil {
		return fmt.Errorf("command of %s: %w", a.Subject, err)
	}
	message.CommandDigest = m.CommandDigest.Proto()
	if m.Action, a.Digest, err = s.Function.OfMessage(message); err != nil {
		return fmt.Errorf("action of %s: %w", a.Subject, err)
	}
	a.Messages = m
	return nil
}

func variables(env []Variable) []*repb.Command_EnvironmentVariable {
	var vars []*repb.Command_EnvironmentVariable
	for _, v := range env {
		vars = append(vars, &repb.Command_EnvironmentVariable{Name: v.Name, Value: v.Value})
	}
	slices.SortFunc(vars, func(x, y *repb.Command_EnvironmentVariable) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Value, y.Value))
	})
	return vars
}

func platform(properties map[string]string) *repb.Platform {
	if len(properties) == 0 {
		return nil
	}
	p := &repb.Platform{}
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		p.Properties = append(p.Properties, &repb.Platform_Property{Name: name, Value: properties[name]})
	}
	return p
}

func outputNames(outputs []Output) []string {
	var names []string
	for _, out := range outputs {
		names = append(names, out.Name)
	}
	slices.Sort(names)
	return names
}
