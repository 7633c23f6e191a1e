import { FILES } from './encode-completion.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What a shell has to be told once. The scripts know no command and no option: at each Tab they ask
 * `meshlift complete -- WORDS`, without ever evaluating what was typed.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/** The first word may be a path that begins with `~`, which no shell expands in a variable. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  // For bash 3.2 of macOS as well, which has no compopt, and without the package bash-completion.
  bash: `# bash completion for meshlift; load it with: eval "$(meshlift completion bash)"
_meshlift() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == '${FILES}' ]]; then
      compopt -o default 2>/dev/null && return
      while IFS= read -r line; do
        COMPREPLY+=("$line")
      done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]#=}")
      return
    fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("\${COMP_WORDS[0]/#\\~/$HOME}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _meshlift meshlift meshlift.mjs
`,
  zsh: `#compdef meshlift meshlift.mjs
# zsh completion for meshlift; load it after compinit with: eval "$(meshlift completion zsh)"
_meshlift() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == '${FILES}' ]]; then
      _files
      return
    fi
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${words[1]/#\\~/$HOME}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  _describe meshlift candidates
}
if [[ $funcstack[1] == _meshlift ]]; then
  _meshlift "$@"
else
  compdef _meshlift meshlift meshlift.mjs
fi
`,
  fish: `# fish completion for meshlift; keep it as ~/.config/fish/completions/meshlift.fish
function __meshlift_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l typed (commandline --current-token --cut-at-cursor)
    set -l program (string replace --regex '^~' $HOME -- $words[1])
    set --erase words[1]
    set -l answer ($program complete -- $words "$typed" 2>/dev/null)
    if test "$answer" = '${FILES}'
        __fish_complete_path "$typed"
    else
        printf '%s\\n' $answer
    end
end
for name in meshlift meshlift.mjs
    complete --command $name --no-files --arguments '(__meshlift_complete)'
end
`,
};
