#!/usr/bin/env bash
# go build in a git worktree writes the commit of another working tree into the program, or none.
#
# Seen with Go 1.26.8. "go build -buildvcs=true" stamps a program with the commit that it is built from; by its
# documentation it fails if that can't be done. In a working tree that "git worktree add" has made, .git is a file, and
# Go looks for a folder. If the worktree lies inside the checkout that it belongs to (.worktrees/BRANCH), Go goes on to
# that one, and the program names the commit that is checked out there, with the version that Go derives from it; so
# does "go version -m". Elsewhere the program names none. Both builds succeed. git itself knows better in each folder.
#
# Output seen: "checkout: v1.0.0", "worktree of v1.1.0 inside it: v1.0.0", "worktree of v1.1.0 elsewhere: (devel)".
# Exits 0 while it is so, 1 when Go behaves otherwise, 2 when it can't be tried.
set -u
w=$(mktemp -d) || exit 2
trap 'rm -rf "$w"' EXIT
export GOTOOLCHAIN=go1.26.8 GOFLAGS= GOWORK=off GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@invalid GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@invalid
go version || exit 2
mkdir "$w/checkout" && cd "$w/checkout" && git init -q -b main || exit 2
printf 'module example.com/m\n\ngo 1.26\n' >go.mod
printf 'package main\n\nfunc main() {}\n' >main.go
echo /.worktrees >.gitignore
git add . && git commit -qm one && git tag v1.0.0 || exit 2
git checkout -q -b next && git commit -q --allow-empty -m two && git tag v1.1.0 && git checkout -q main || exit 2
git worktree add -q .worktrees/next next || exit 2
git worktree add -q --detach "$w/elsewhere" next || exit 2

# stamped FOLDER: the version that a program built there has.
stamped() {
  cd "$1" && go build -buildvcs=true -o "$w/program" . || exit 2
  go version -m "$w/program" | awk '$1 == "mod" { print $3 }'
}
checkout=$(stamped "$w/checkout")
inside=$(stamped "$w/checkout/.worktrees/next")
elsewhere=$(stamped "$w/elsewhere")
echo "checkout: $checkout"
echo "worktree of $(git -C "$w/checkout/.worktrees/next" describe --tags) inside it: $inside"
echo "worktree of $(git -C "$w/elsewhere" describe --tags) elsewhere: $elsewhere"
[[ $checkout = v1.0.0 && $inside = v1.0.0 && $elsewhere = "(devel)" ]]
