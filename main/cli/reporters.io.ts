/** Four ways to tell how a job goes: a live display, plain lines, lines of JSON, or nothing. */

import type { Failure, JobDetail, JobState } from '../contract/index.ts';
import { printJson, say } from './context.ts';
import type { Context } from './context.ts';
import { figureLines } from './figures.ts';
import { helloLine, jsonLines, jsonStart, resultLine } from './json-lines.ts';
import { liveLines } from './live-lines.ts';
import { plainLines, plainStart } from './plain-lines.ts';
import { createScreen, framesPerSecondMax } from './screen.io.ts';
import { safeText, wantsColour, wrap } from './text.ts';

export interface JobEnd {
  detail: JobDetail | null;
  state: JobState | 'none';
  failure: Failure | null;
  exitCode: number;
  /** Sentences for the person, most important first. */
  words: string[];
}

export interface Reporter {
  /** Whether a question may be asked at this terminal. */
  readonly canAsk: boolean;
  update(detail: JobDetail): void;
  /** A sentence on the way. `always`: also when quiet. */
  note(text: string, always?: boolean): void;
  /** The display steps aside, for a question. It comes back with the next update. */
  stepAside(): void;
  /** What must not be left behind on the terminal when the process is ended at once. */
  abandon(): void;
  end(end: JobEnd): void;
}

export function createReporter(
  context: Context,
  wish: { quiet: boolean; verbose: boolean; json: boolean },
): Reporter {
  if (wish.json) return jsonReporter(context);
  const terminal = context.stderr.isTTY && context.env['TERM'] !== 'dumb';
  const canAsk = context.stderr.isTTY && context.stdin.isTTY;
  if (wish.quiet) return quietReporter(context, canAsk);
  const activity = wish.verbose ? createActivityTeller() : () => [];
  return terminal ? liveReporter(context, canAsk, activity) : plainReporter(context, canAsk, activity);
}

function jsonReporter(context: Context): Reporter {
  let memory = jsonStart;
  printJson(context, [helloLine(context.version)]);
  return {
    canAsk: false,
    update(detail) {
      const { lines, memory: next } = jsonLines(memory, detail, performance.now());
      memory = next;
      printJson(context, lines);
    },
    note: (text) => say(context, [safeText(text)]),
    stepAside() {},
    abandon() {},
    end(end) {
      if (end.exitCode !== 0) say(context, end.words);
      printJson(context, [resultLine(end.detail, end)]);
    },
  };
}

function quietReporter(context: Context, canAsk: boolean): Reporter {
  return {
    canAsk,
    update() {},
    note(text, always) {
      if (always) say(context, [safeText(text)]);
    },
    stepAside() {},
    abandon() {},
    end(end) {
      if (end.exitCode !== 0) say(context, end.words);
    },
  };
}

type ActivityTeller = (detail: JobDetail) => string[];

/** The plan and each new line of the job's log, once. */
function createActivityTeller(): ActivityTeller {
  let planned = '';
  let toldUpToMs = Number.NEGATIVE_INFINITY;
  return (detail) => {
    const lines: string[] = [];
    if (detail.plan !== null && detail.plan.sentence !== planned) {
      planned = detail.plan.sentence;
      lines.push(planned);
    }
    const fresh = detail.activity.filter((line) => line.atMs > toldUpToMs).sort((a, b) => a.atMs - b.atMs);
    toldUpToMs = fresh.at(-1)?.atMs ?? toldUpToMs;
    return [...lines, ...fresh.map((line) => line.text)].map((line) => `  ${safeText(line)}`);
  };
}

function plainReporter(context: Context, canAsk: boolean, activity: ActivityTeller): Reporter {
  let memory = plainStart;
  return {
    canAsk,
    update(detail) {
      const { lines, memory: next } = plainLines(memory, detail, Date.now());
      memory = next;
      say(context, [...activity(detail), ...lines]);
    },
    note: (text) => say(context, [safeText(text)]),
    stepAside() {},
    abandon() {},
    end: (end) => say(context, endLines(end, null)),
  };
}

function liveReporter(context: Context, canAsk: boolean, activity: ActivityTeller): Reporter {
  const screen = createScreen(context.stderr);
  const colour = wantsColour(context.env, true);
  let detail: JobDetail | null = null;
  const show = (): void => {
    const shown = detail;
    if (shown !== null) screen.show((columns) => liveLines(shown, Date.now(), { columns, colour }));
  };
  // Time left until the next try runs down also when the engine has nothing new to tell.
  const clock = setInterval(show, 1000 / framesPerSecondMax);
  return {
    canAsk,
    update(next) {
      detail = next;
      const told = activity(next);
      if (told.length > 0) screen.writeAbove(told);
      show();
    },
    note: (text) => screen.writeAbove([safeText(text)]),
    stepAside() {
      detail = null;
      screen.leave();
    },
    abandon: () => screen.leave(),
    end(end) {
      clearInterval(clock);
      detail = null;
      screen.leave();
      say(context, endLines(end, context.stderr.columns || 80));
    },
  };
}

function endLines(end: JobEnd, columns: number | null): string[] {
  const figures = end.detail !== null && end.detail.job.requests > 0 ? figureLines(end.detail) : [];
  const lines = [...end.words, ...figures];
  // What is indented is the other side's own text and stays as it is.
  return columns === null
    ? lines
    : lines.flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, columns)));
}
