# shellcheck shell=bash disable=SC2154 # the callers set what is named below
# Links one program in several ways, with thinrex and without, and prints a table
# of the results. demo.sh and demo-real.sh source this file; both call
#
#   open_demo PATH_TO_THINREX   checks it, makes the temporary directory $work
#   show_links TREE             the links, for the sources in TREE
#
# and set before show_links:
#
#   link_command                the compiler and its flags, for in-process ThinLTO
#   link_inputs                 objects, archives and libraries, relative to TREE
#   program                     the name of the program
#   edited_file edit            a source in TREE and a sed command that changes it
#   grown_file added            a source in TREE that others import from, and functions to add to it
#   build_inputs                a function: brings link_inputs up to date, in TREE
#   run_program PATH            a function: runs it; its output is compared
#   expected_output             a file with that output

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

need() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || fail "$tool is missing: run scripts/install-tools.sh make"
  done
}

open_demo() {
  [[ $# -ge 1 ]] || fail "usage: ${0##*/} PATH_TO_THINREX"
  [[ -f $1 && -x $1 ]] || fail "$1 is not a program: build thinrex first"
  thinrex=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  need clang-22 clang++-22 ld.lld-22 llvm-ar-22 make

  work=$(mktemp -d "${TMPDIR:-/tmp}/thinrex-demo.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  # What the caller has configured for make or thinrex must not decide the demo.
  local name
  for name in MAKEFLAGS MFLAGS "${!THINREX_@}"; do unset "$name"; done
  : >"$work/thinrex.toml"
  export LC_ALL=C THINREX_CONFIG=$work/thinrex.toml
  export THINREX_DISK_CACHE=$work/cache THINREX_SUMMARY_FILE=$work/summary.json
}

# in_tree TREE COMMAND…
in_tree() (
  cd "$1" && "${@:2}"
)

# quietly TREE COMMAND…: shows what it printed only if it failed.
quietly() {
  in_tree "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "failed: ${*:2}"
  }
}

# link TREE OUTPUT [FLAG…]; sets $seconds that pass, and $cpu, those that processors work.
link() {
  local TIMEFORMAT='%3R %3U %3S' real user system
  { time quietly "$1" "${link_command[@]}" "${@:3}" "${link_inputs[@]}" -o "$2" 2>&3; } 3>&2 2>"$work/time"
  read -r real user system <"$work/time"
  seconds=$(hundredths "$real") cpu=$(hundredths "$user" "$system")
}

# hundredths SECONDS…: the sum of numbers with three decimals, with two.
hundredths() {
  local number sum=0
  for number; do sum=$((sum + 10#${number/./})); done
  sum=$(((sum + 5) / 10))
  printf '%d.%02d' $((sum / 100)) $((sum % 100))
}

# read_summary sets $jobs, $hits, $compiled and $amiss from thinrex's summary.
read_summary() {
  local text key
  local -A count
  [[ -s $THINREX_SUMMARY_FILE ]] || fail "thinrex wrote no summary; did lld start it?"
  text=$(<"$THINREX_SUMMARY_FILE")
  for key in jobs hits local remote failed uncached; do
    [[ $text =~ \"$key\":\ *([0-9]+) ]] || fail "thinrex's summary has no \"$key\""
    count[$key]=${BASH_REMATCH[1]}
  done
  jobs=${count[jobs]} hits=${count[hits]}
  compiled=$((count[local] + count[remote]))
  amiss=$((count[failed] + count[uncached]))
}

row() {
  printf '%-30s %5s %9s %5s %8s %7s  %s\n' "$@"
}

# link_in_process TREE: the oracle, TREE/oracle.
link_in_process() {
  link "$1" oracle
}

# link_through_thinrex TREE LABEL all|some|none: the last word says how many of
# the jobs may need a compiler.
link_through_thinrex() {
  local tree=$1 label=$2 jobs hits compiled amiss equal=yes
  rm -f "$tree/$program" "$THINREX_SUMMARY_FILE"
  link "$tree" "$program" "-fthinlto-distributor=$thinrex"
  read_summary
  cmp -s "$tree/$program" "$tree/oracle" || equal=NO
  row "$label" "$jobs" "$compiled" "$hits" "$seconds" "$cpu" "$equal"

  [[ $equal = yes ]] || fail "$label: $program is not the one that lld links by itself"
  [[ $amiss -eq 0 ]] || fail "$label: $amiss jobs failed or could not be cached"
  [[ $((compiled + hits)) -eq $jobs ]] || fail "$label: compiled and hits do not add up to the jobs"
  case $3 in
    all) [[ $compiled -gt 0 ]] || fail "$label: nothing was compiled, though the cache was empty" ;;
    some) [[ $compiled -gt 0 && $hits -gt 0 ]] || fail "$label: expected some hits and some compilations" ;;
    none) [[ $compiled -eq 0 ]] || fail "$label: $compiled jobs were compiled again, expected none" ;;
  esac
}

# link_with_lld_cache TREE: as lld links by itself, with its own cache; sets $lld_compiled.
link_with_lld_cache() {
  local cache=$work/lld-cache before=0
  [[ ! -d $cache ]] || before=$(find "$cache" -name 'llvmcache-*' | wc -l)
  link "$1" oracle "-Wl,--thinlto-cache-dir=$cache"
  lld_compiled=$(($(find "$cache" -name 'llvmcache-*' | wc -l) - before))
}

# show_functions_added TREE: which modules are compiled again for functions that no
# other module uses.
show_functions_added() {
  local tree=$1 jobs hits compiled amiss lld_compiled
  link_with_lld_cache "$tree"
  printf '%s\n' "$added" >>"$tree/$grown_file"
  quietly "$tree" build_inputs
  link_with_lld_cache "$tree"
  link_through_thinrex "$tree" "functions added" some
  read_summary
  printf '\nFor the functions added to %s, lld'\''s own cache compiles %d modules again, and thinrex %d.\n' \
    "$grown_file" "$lld_compiled" "$compiled"
  [[ $compiled -lt $lld_compiled ]] || fail "functions added: thinrex should have compiled fewer modules than lld"
}

# check_output TREE
check_output() {
  (run_program "$1/$program") >"$work/output" 2>&1 || fail "$program does not run: $(tail -n 1 "$work/output")"
  diff "$expected_output" "$work/output" >&2 || fail "$program prints something else than it should"
}

show_links() {
  local tree=$1 copy="$work/another place"
  cp -R "$tree" "$copy"
  cp "$tree/$edited_file" "$work/unedited"

  quietly "$tree" build_inputs
  printf '\n  $'
  printf ' %q' "${link_command[@]}" "-fthinlto-distributor=$thinrex" "${link_inputs[@]}" -o "$program"
  printf '\n\n'
  row link jobs compiled hits seconds "of CPU" "equal to in-process?"

  link_in_process "$tree"
  row "in-process ThinLTO" - - - "$seconds" "$cpu" -
  link_through_thinrex "$tree" "thinrex, cold" all
  check_output "$tree"
  link_through_thinrex "$tree" "thinrex, warm" none

  sed "$edit" "$work/unedited" >"$tree/$edited_file"
  quietly "$tree" build_inputs
  mv "$tree/oracle" "$work/oracle"
  link_in_process "$tree"
  ! cmp -s "$tree/oracle" "$work/oracle" || fail "the edit of $edited_file changed nothing"
  link_through_thinrex "$tree" "one constant edited" some

  cat "$work/unedited" >"$tree/$edited_file"
  quietly "$tree" build_inputs
  mv "$work/oracle" "$tree/oracle"
  link_through_thinrex "$tree" "edit undone" none

  quietly "$copy" build_inputs
  link_in_process "$copy"
  link_through_thinrex "$copy" "a copy in '${copy##*/}'" none
  check_output "$copy"

  show_functions_added "$tree"
  printf 'Each program is byte for byte the one that lld links by itself.\n'
}
