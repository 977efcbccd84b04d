/** The examples at the foot of each help page. */

export const helpExamples = {
  packmule: `
Examples:
  $ packmule clone https://example.com/team/project.git
  $ packmule fetch
  $ packmule list
  $ packmule resume --all

A job may be named by its id, by the beginning of its id, or by its directory.
Exit codes: 0 done, 1 failed, 2 wrong usage, 75 stopped and can go on with the same command.`,
  clone: `
Examples:
  $ packmule clone https://example.com/team/project.git
  $ packmule clone --bare --filter=blob:none https://example.com/team/project.git
  $ packmule clone --bundle-uri=https://example.com/project.bundle https://example.com/team/project.git
  $ packmule clone -c core.autocrlf=false -b next https://example.com/team/project.git work

Ctrl-C pauses the clone; the same command goes on with it. A second Ctrl-C stops at once, and loses nothing either.`,
  fetch: `
Examples:
  $ packmule fetch
  $ packmule fetch --prune --remote upstream ~/src/project

Nothing in the repository changes before everything has arrived and was checked; then packs and refs appear together, as
after "git fetch". Ctrl-C pauses; the same command goes on.`,
  adopt: `
Examples:
  $ packmule adopt project

What git had downloaded is kept and completed. The directory stays as git left it until the clone is whole; then the finished
clone takes its place.`,
  list: `
Examples:
  $ packmule list
  $ packmule list --json`,
  status: `
Examples:
  $ packmule status
  $ packmule status project`,
  pause: `
Examples:
  $ packmule pause project
  $ packmule pause --all`,
  resume: `
Examples:
  $ packmule resume project
  $ packmule resume --all

Also takes failed jobs up again. They run as long as an engine does: an open window, "packmule serve", or a
"packmule clone" in another terminal. Without one, the next of these goes on with them.`,
  cancel: `
Examples:
  $ packmule cancel project
  $ packmule cancel --keep-partial project`,
  remove: `
Examples:
  $ packmule remove project

A finished repository is never touched: only the entry in the list and the leftovers of an unfinished job go.`,
  probe: `
Examples:
  $ packmule probe https://example.com/team/project.git`,
  serve: `
Examples:
  $ packmule serve
  $ packmule serve --port 7420 --no-open

Anyone who knows the address with its token can use Packmule as you; it answers on this computer only.`,
} as const;
