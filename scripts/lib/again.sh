# shellcheck shell=sh
# For commands that download: a server may fail for a moment, or another process may
# hold a lock.

# again COMMAND…: tries a command up to four times, with a pause before each but the first.
again() {
  for again_pause in 2 10 30; do
    if "$@"; then return; fi
    sleep "$again_pause"
  done
  "$@"
}
