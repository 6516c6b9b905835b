# Completion of `solutions` for bash. Load it with
#   source <(solutions completion bash)
# or keep it: solutions completion bash > ~/.local/share/bash-completion/completions/solutions

_solutions() {
  local current=${COMP_WORDS[COMP_CWORD]} line value paths=
  [[ $current == = ]] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) paths=${line#:} ;;
      *)
        # A name may hold what the shell would take for its own.
        printf -v value %q "${line%%$'\t'*}"
        COMPREPLY+=("$value")
        ;;
    esac
  done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $paths in
    files | folders)
      local kind=-f
      [[ $paths == folders ]] && kind=-d
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$kind" -- "$current")
      ;;
  esac
}

complete -F _solutions solutions
