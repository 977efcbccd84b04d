/** The rules of the house, each a pure function over a file's path and text. The test beside the tree applies them. */

import ts from 'typescript';
import {
  doorsAreLists,
  importDirections,
  noClockNoChance,
  stageOrder,
  truthfulSuffix,
} from './tidy-imports.ts';
import { areaOf } from './tidy-imports.ts';
import { functionsOf, lineOf, syntaxOf, visit, type Finding, type SourceFile } from './tidy-source.ts';

export { deadFiles, folderDoors, missingDoors } from './tidy-imports.ts';
export type { Finding, SourceFile } from './tidy-source.ts';

const fileLinesMax = 400;
const functionLinesMax = 70;

/**
 * Functions that were longer when the rule came, with the lines they may have: they may shrink, never grow, and leave
 * the list when they are short enough. `path#name` → lines.
 */
export type LongFunctions = Readonly<Record<string, number>>;

export function fileLength({ path, text }: SourceFile): Finding[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > fileLinesMax
    ? [{ path, rule: `a file has at most ${fileLinesMax} lines, not ${lines}` }]
    : [];
}

export function functionLength(file: SourceFile, old: LongFunctions): Finding[] {
  // A describe() of a test is a chapter, not a function.
  if (areaOf(file.path) === 'test') return [];
  const findings: Finding[] = [];
  const longest = new Map<string, { line: number; lines: number }>();
  for (const { name, line, lines } of functionsOf(file)) {
    const key = `${file.path}#${name}`;
    if (lines > (longest.get(key)?.lines ?? 0)) longest.set(key, { line, lines });
  }
  for (const [key, { line, lines }] of longest) {
    const max = old[key] ?? functionLinesMax;
    if (lines > max)
      findings.push({
        path: file.path,
        line,
        rule: `a function has at most ${max} lines, not ${lines} (${key})`,
      });
    else if (key in old && lines < max) {
      const next = lines > functionLinesMax ? `${lines} in the list` : 'off the list';
      findings.push({
        path: file.path,
        line,
        rule: `${key} has shrunk to ${lines} lines: put it ${next} of long functions`,
      });
    }
  }
  return findings;
}

function linesWith({ path, text }: SourceFile, pattern: RegExp, rule: (found: string) => string): Finding[] {
  return text.split('\n').flatMap((content, index) => {
    const found = pattern.exec(content);
    return found === null ? [] : [{ path, line: index + 1, rule: rule(found[0].trim()) }];
  });
}

/** The patterns are written so that they do not find themselves. */
export function leftovers(file: SourceFile): Finding[] {
  return [
    ...linesWith(
      file,
      /\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b/,
      (found) => `${found}: do it, or write an issue`,
    ),
    ...linesWith(
      file,
      /@ts-(?:ignor[e]|nochec[k])\b/,
      (found) => `${found} hides mistakes; @ts-expect-error with a reason does not`,
    ),
    ...linesWith(
      file,
      /(?<![\w.~/-])\/(?:wor[k]|far[m])\//,
      (found) => `${found} is a place on somebody's machine`,
    ),
    ...linesWith(
      file,
      /eslint-disabl[e](?!.* -- \S)/,
      () => 'a rule is switched off only with a reason ("-- because …")',
    ),
  ];
}

export function noRawHtml(file: SourceFile): Finding[] {
  if (!file.path.startsWith('renderer/')) return [];
  return linesWith(
    file,
    /\{@htm[l]|\.(?:inner|outer)HTM[L]\b|insertAdjacentHTM[L]/,
    (found) => `text from outside is never markup (${found})`,
  );
}

export function noAny(file: SourceFile): Finding[] {
  const syntax = syntaxOf(file);
  const findings: Finding[] = [];
  visit(syntax, (node) => {
    if (ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.AnyKeyword) {
      findings.push({
        path: file.path,
        line: lineOf(syntax, node),
        rule: 'a cast to any is no answer to the compiler',
      });
    }
  });
  return findings;
}

const testWords = new Set(['test', 'it', 'describe', 'suite', 'bench']);

/** A test that runs alone, or never, is forgotten so. `skipIf` and `runIf` name their condition and stay. */
export function noLonelyTests(file: SourceFile): Finding[] {
  if (areaOf(file.path) !== 'test') return [];
  const syntax = syntaxOf(file);
  const findings: Finding[] = [];
  visit(syntax, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !['only', 'skip', 'todo'].includes(node.name.text)) return;
    const root = node.expression.getText(syntax).split(/[.(]/)[0] ?? '';
    if (testWords.has(root)) {
      findings.push({
        path: file.path,
        line: lineOf(syntax, node),
        rule: `.${node.name.text} is never committed`,
      });
    }
  });
  return findings;
}

/** What stands at the top of the project, and nothing else. */
export const topLevelNames: readonly string[] = [
  ...['main', 'renderer', 'preload', 'resources', 'test', '.ci'],
  ...['package.json', 'package-lock.json', 'electron-builder.yml', 'tsconfig.json'],
  ...['README.md', 'LICENSE', 'CHANGELOG.md'],
  ...['.gitignore', '.npmrc', '.prettierrc.json', '.prettierignore'],
  ...['eslint.config.js', 'vitest.config.ts', 'electron.vite.config.ts', 'svelte.config.js'],
];

/** `names` are the first parts of all tracked paths. */
export function topLevel(names: readonly string[]): Finding[] {
  const there = new Set(names);
  const extra = [...there].filter((name) => !topLevelNames.includes(name));
  const missing = topLevelNames.filter((name) => !there.has(name));
  return [
    ...extra.map((path) => ({ path, rule: 'the top level is a fixed list, and this is not on it' })),
    ...missing.map((path) => ({ path, rule: 'the top level is a fixed list, and this is missing' })),
  ];
}

/** Each rule that needs one file only; by name, for the test's title. */
export const fileRules: Readonly<Record<string, (file: SourceFile) => Finding[]>> = {
  'imports go in one direction': importDirections,
  'a stage of the engine sees earlier stages only': stageOrder,
  'an index.ts is a list': doorsAreLists,
  'a file that touches the world is named so': truthfulSuffix,
  'time and chance are handed in': noClockNoChance,
  'files stay short': fileLength,
  'nothing is left lying about': leftovers,
  'text from outside is never markup': noRawHtml,
  'nothing is cast to any': noAny,
  'no test runs alone or never': noLonelyTests,
};
