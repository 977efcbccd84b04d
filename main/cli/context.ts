/** What a command gets from the process that runs it. */

export interface Context {
  home: string;
  workingDirectory: string;
  version: string;
  env: Record<string, string | undefined>;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** Results, for programs and people alike. */
export function print(context: Context, lines: readonly string[]): void {
  if (lines.length > 0) context.stdout.write(`${lines.join('\n')}\n`);
}

/** Everything that is not the result. */
export function say(context: Context, lines: readonly string[]): void {
  if (lines.length > 0) context.stderr.write(`${lines.join('\n')}\n`);
}

export function printJson(context: Context, lines: readonly object[]): void {
  print(
    context,
    lines.map((line) => JSON.stringify(line)),
  );
}
