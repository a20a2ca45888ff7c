package config

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"thinrex/go/option"
)

// rcCommands are the commands whose lines apply to a build. Those of a later
// command override those of an earlier one, whatever their order in the file.
var rcCommands = []string{"always", "common", "build"}

const (
	platformOption = "enable_platform_specific_config"
	maxExpanded    = 100_000
)

// args returns the arguments that apply to a build with the configs, each of which
// is named behind a file in --bazelrc. Later arguments override earlier ones. Each
// --config among them is replaced by the arguments of its config.
func (r *rcFiles) args(configs []rcArg) ([]rcArg, error) {
	all := r.startupArgs()
	for _, command := range rcCommands {
		args, err := r.expand(r.sections[command], nil)
		if err != nil {
			return nil, err
		}
		all = append(all, args...)
	}
	for _, config := range configs {
		args, err := r.expandConfig(config.text, nil)
		if err != nil {
			return nil, fmt.Errorf("--bazelrc=%s:%s: %w", config.path, config.text, err)
		}
		all = append(all, args...)
	}
	return r.expandPlatform(all)
}

// startupArgs returns our options among those that Bazel takes before a command's
// name.
func (r *rcFiles) startupArgs() (all []rcArg) {
	args := r.sections["startup"]
	for i, arg := range args {
		switch name, _, given := strings.Cut(arg.text, "="); {
		case !r.startup[name]:
		case given:
			all = append(all, arg)
		default:
			all = append(all, args[i:min(i+2, len(args))]...)
		}
	}
	return all
}

// expand replaces each --config among the arguments. chain are the configs that
// the arguments come from.
func (r *rcFiles) expand(args []rcArg, chain []string) (all []rcArg, err error) {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if r.expanded++; r.expanded > maxExpanded {
			return nil, arg.errorf("more than %d options after expanding configs", maxExpanded)
		}
		name, config, given := strings.Cut(arg.text, "=")
		if name != "--config" {
			all = append(all, arg)
			continue
		}
		if !given {
			if i++; i == len(args) || len(chain) > 0 { // in a config Bazel takes the = only
				return nil, arg.errorf("--config: write it as --config=NAME")
			}
			config = args[i].text
		}
		more, err := r.expandConfig(config, chain)
		if err != nil {
			return nil, arg.errorf("--config: %w", err)
		}
		all = append(all, more...)
	}
	return all, nil
}

func (r *rcFiles) expandConfig(config string, chain []string) (all []rcArg, err error) {
	if slices.Contains(chain, config) {
		return nil, fmt.Errorf("config loop: %s", strings.Join(append(chain, config), " > "))
	}
	if !r.defines(config) {
		return nil, fmt.Errorf("config %q isn't defined: there is no line build:%s, common:%s or always:%s",
			config, config, config, config)
	}
	for _, command := range rcCommands {
		args, err := r.expand(r.sections[command+":"+config], append(slices.Clone(chain), config))
		if err != nil {
			return nil, err
		}
		all = append(all, args...)
	}
	return all, nil
}

func (r *rcFiles) defines(config string) bool {
	return slices.ContainsFunc(rcCommands, func(command string) bool { return len(r.sections[command+":"+config]) > 0 })
}

// expandPlatform inserts the arguments of the config that is named after this
// system, behind the last --enable_platform_specific_config if that is on.
func (r *rcFiles) expandPlatform(args []rcArg) ([]rcArg, error) {
	for i, arg := range slices.Backward(args) {
		name, value, given := strings.Cut(arg.text, "=")
		if name == "--no"+platformOption {
			return args, nil
		}
		if name != "--"+platformOption {
			continue
		}
		on, err := option.ParseBool(value)
		if given && err != nil {
			return nil, arg.errorf("%s: %w", name, err)
		}
		config := platformConfig()
		if given && !on || !r.defines(config) {
			return args, nil
		}
		more, err := r.expandConfig(config, nil)
		if err != nil {
			return nil, arg.errorf("%s: %w", name, err)
		}
		return slices.Insert(args, i+1, more...), nil
	}
	return args, nil
}

// platformConfig is Bazel's name for this system.
func platformConfig() string {
	if runtime.GOOS == "darwin" {
		return "macos"
	}
	return runtime.GOOS
}
