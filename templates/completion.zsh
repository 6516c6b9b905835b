#compdef solutions
# Completion of `solutions` for zsh. Load it with
#   source <(solutions completion zsh)
# or keep it as `_solutions` in a folder of your $fpath.

_solutions() {
  local line value paths
  local -a candidates
  while IFS= read -r line; do
    case $line in
      :*) paths=${line#:} ;;
      *)
        # A backslash and a colon are for zsh itself: what is behind a colon describes.
        value=${${${line%%$'\t'*}//\\/\\\\}//:/\\:}
        candidates+=("$value:${line#*$'\t'}")
        ;;
    esac
  done < <("${(Q)words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  [[ $words[CURRENT] == --*=* ]] && compset -P '*='
  (( $#candidates )) && _describe -t values value candidates
  case $paths in
    files) _files ;;
    folders) _files -/ ;;
  esac
}

if [[ $funcstack[1] == _solutions ]]; then
  _solutions "$@"
else
  compdef _solutions solutions
fi
