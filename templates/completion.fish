# Completion of `solutions` for fish. Load it with
#   solutions completion fish | source
# or keep it: solutions completion fish > ~/.config/fish/completions/solutions.fish

function __solutions_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l option (string match --regex -- '^--[\w-]+=' $current; or echo)
    for line in ($words[1] complete -- $words[2..-1] $current 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path (string replace -- "$option" '' $current)
            case ':folders'
                __fish_complete_directories (string replace -- "$option" '' $current)
            case ':none'
            case '*'
                echo $option$line
        end
    end
end

complete --command solutions --no-files --arguments '(__solutions_complete)'
