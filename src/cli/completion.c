/* cynamo completion bash|zsh|fish: scripts that ask `cynamo complete` at each Tab, so they never grow old. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/run.h"

static const struct {
  const char *shell, *script;
} scripts[] = {
    {"bash",
     "# cynamo completion bash: put `source <(cynamo completion bash)` into ~/.bashrc\n"
     "_cynamo() {\n"
     "  local IFS=$'\\n'\n"
     "  COMPREPLY=($(cynamo complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null))\n"
     "}\n"
     "complete -o default -F _cynamo cynamo\n"},
    {"zsh",
     "#compdef cynamo\n"
     "# cynamo completion zsh: save it as _cynamo in a folder of $fpath, or put\n"
     "# `source <(cynamo completion zsh)` behind compinit in ~/.zshrc\n"
     "_cynamo() {\n"
     "  local -a found\n"
     "  found=(\"${(@f)$(cynamo complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
     "  if [[ -n \"$found\" ]]; then compadd -- $found; else _files; fi\n"
     "}\n"
     "if [[ \"$funcstack[1]\" = _cynamo ]]; then _cynamo \"$@\"; else compdef _cynamo cynamo; fi\n"},
    {"fish",
     "# cynamo completion fish: save it as ~/.config/fish/completions/cynamo.fish\n"
     "function __cynamo_complete\n"
     "  set -l words (commandline -opc) (commandline -ct)\n"
     "  set -l found (cynamo complete -- $words[2..-1] 2>/dev/null)\n"
     "  if set -q found[1]\n"
     "    printf '%s\\n' $found\n"
     "  else\n"
     "    __fish_complete_path (commandline -ct)\n"
     "  end\n"
     "end\n"
     "complete -c cynamo -f -a '(__cynamo_complete)'\n"},
};

int cli_completion(int argc, char **argv) {
  for (size_t i = 0; argc == 1 && i < sizeof scripts / sizeof scripts[0]; i++) {
    if (strcmp(argv[0], scripts[i].shell) != 0) continue;
    fputs(scripts[i].script, stdout);
    return CLI_OK;
  }
  return cli_complain("completion is for one of three shells: cynamo completion bash|zsh|fish");
}
