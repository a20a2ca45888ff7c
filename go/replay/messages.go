package replay

import (
	"fmt"

	"thinrex/go/action"
	"thinrex/go/digest"
	"thinrex/go/wire"
)

// The messages of an action, as package action writes them. The numbers are those of the
// fields in remote_execution.proto.

// An actionMessage is what matters here of an Action.
type actionMessage struct {
	command, root digest.Digest // may be malformed
	salt          string
}

// A commandMessage is what matters here of a Command.
type commandMessage struct {
	args, outputs    []string
	env              []action.Variable
	workingDirectory string
}

// A node is a file or a folder in a Directory.
type node struct {
	name       string
	digest     digest.Digest // may be malformed
	executable bool
	isFolder   bool
}

func (l *loader) action(key digest.Digest) (a actionMessage, err error) {
	data, err := l.blob(key)
	if err != nil {
		return a, err
	}
	r := &wire.Reader{}
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == 1 && v.IsText:
			a.command.Read(r, v.Text)
		case v.Field == 2 && v.IsText:
			a.root.Read(r, v.Text)
		case v.Field == 9 && v.IsText:
			a.salt = string(v.Text) // bytes
		}
		return true
	})
	return a, damaged(r, "Action")
}

func readCommand(data []byte) (c commandMessage, err error) {
	r := &wire.Reader{}
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case !v.IsText:
		case v.Field == 1:
			c.args = append(c.args, r.String(v))
		case v.Field == 2:
			c.env = append(c.env, readVariable(r, v.Text))
		case v.Field == 6:
			c.workingDirectory = r.String(v)
		case v.Field == 7:
			c.outputs = append(c.outputs, r.String(v))
		}
		return true
	})
	return c, damaged(r, "Command")
}

func readVariable(r *wire.Reader, data []byte) (variable action.Variable) {
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == 1 && v.IsText:
			variable.Name = r.String(v)
		case v.Field == 2 && v.IsText:
			variable.Value = r.String(v)
		}
		return true
	})
	return variable
}

// readDirectory refuses symbolic links, of which no action of ours has any.
func readDirectory(data []byte) (nodes []node, err error) {
	r := &wire.Reader{}
	links := false
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == 1 && v.IsText:
			nodes = append(nodes, readNode(r, v.Text))
		case v.Field == 2 && v.IsText:
			folder := readNode(r, v.Text)
			folder.isFolder = true
			nodes = append(nodes, folder)
		case v.Field == 3:
			links = true
		}
		return true
	})
	if links {
		return nil, fmt.Errorf("%w: it has symbolic links", ErrHostile)
	}
	return nodes, damaged(r, "Directory")
}

// readNode reads a FileNode, or a DirectoryNode, which has no field 4.
func readNode(r *wire.Reader, data []byte) (n node) {
	r.Message(data, 0, func(v wire.Value) bool {
		switch {
		case v.Field == 1 && v.IsText:
			n.name = r.String(v)
		case v.Field == 2 && v.IsText:
			n.digest.Read(r, v.Text)
		case v.Field == 4 && v.IsNumber:
			n.executable = v.Number != 0
		}
		return true
	})
	return n
}

func damaged(r *wire.Reader, what string) error {
	if r.Damaged {
		return fmt.Errorf("%w: a blob is no %s", ErrHostile, what)
	}
	return nil
}
