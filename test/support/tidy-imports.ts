/** Who may import whom, through which door, and which files nobody needs. Pure. */

import { posix } from 'node:path';
import ts from 'typescript';
import {
  importsOf,
  lineOf,
  syntaxOf,
  visit,
  type Finding,
  type Import,
  type SourceFile,
} from './tidy-source.ts';

/** Started by somebody: Electron, a person, another process, the page. */
export const entries: readonly string[] = [
  'main/electron.ts',
  'main/cli.ts',
  'main/engine-process.ts',
  'main/askpass.ts',
  'main/walk-thread.ts',
  'main/start.ts',
  'preload/index.ts',
];

/** Begun by a person and by nobody else: `node <path>`. */
export const scripts: readonly string[] = ['test/renderer/screens.ts'];

/** `main/store/open.io.ts` → `store`; files right in main/ are `main`. */
export function areaOf(path: string): string {
  const [top = '', folder = '', ...rest] = path.split('/');
  if (top !== 'main') return top;
  return rest.length === 0 ? 'main' : folder;
}

/** Small pure files beside the entries that import nothing of ours, and the file that holds our version number. */
const leaves = new Set(['main/node-version.ts', 'main/paths.ts', 'package.json']);

/** Which areas an area looks at besides itself. What is not listed (main, cli, test) sees everything. */
const looksAt: Record<string, readonly string[]> = {
  contract: [],
  git: [],
  engine: ['git'],
  store: ['engine'],
  platform: ['engine', 'git'],
  api: ['contract', 'engine'],
  shell: ['contract', 'api'],
  preload: ['contract'],
  renderer: ['contract'],
};

/** Packages that belong to one place. */
const packageHomes: Record<string, readonly string[]> = {
  electron: ['shell', 'preload', 'test', 'main/electron.ts', 'main/start.ts', 'main/engine-parent.ts'],
  svelte: ['renderer', 'test'],
  'better-sqlite3': ['store', 'test'],
  undici: ['platform', 'test'],
  ws: ['api', 'test', 'cli'],
  zod: ['api'],
  pako: ['git', 'test'],
};

/** Areas that look at no module of Node and at no package, but for one that is as pure as they are and theirs alone. */
const selfSufficient = new Set(['contract', 'git']);
const browserSide = new Set(['preload', 'renderer']);

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function packageComplaint(file: SourceFile, specifier: string): string | null {
  const area = areaOf(file.path);
  const homes = packageHomes[packageOf(specifier)];
  if (selfSufficient.has(area) && homes?.[0] !== area)
    return `${area} imports only itself, not "${specifier}"`;
  if (browserSide.has(area) && specifier.startsWith('node:'))
    return `${area} runs in a page and has no "${specifier}"`;
  if (homes === undefined || homes.includes(area) || homes.includes(file.path)) return null;
  return `"${specifier}" belongs to ${homes[0]}, not to ${area}`;
}

/** The import table: areas look only at the areas below them, and at the packages that are theirs. */
export function importDirections(file: SourceFile): Finding[] {
  const area = areaOf(file.path);
  const findings: Finding[] = [];
  for (const { line, specifier, target } of importsOf(file)) {
    let complaint: string | null = null;
    if (target === null) complaint = packageComplaint(file, specifier);
    else {
      const aim = areaOf(target);
      const seen = looksAt[area];
      if (
        aim !== area &&
        seen !== undefined &&
        !seen.includes(aim) &&
        !(leaves.has(target) && !selfSufficient.has(area))
      ) {
        complaint = `${area} never looks at ${aim} (${specifier})`;
      } else if (aim === 'test' && area !== 'test')
        complaint = `nothing but tests looks at tests (${specifier})`;
    }
    if (complaint !== null) findings.push({ path: file.path, line, rule: complaint });
  }
  return findings;
}

/** In the order of the work; pieces and transfer stand side by side. */
const stageRanks: Record<string, number> = {
  remote: 1,
  plan: 2,
  pieces: 3,
  transfer: 3,
  objects: 4,
  repo: 5,
  jobs: 6,
};

function stageOf(path: string): string | null {
  const match = /^main\/engine\/([^/]+)\//.exec(path);
  return match?.[1] ?? null;
}

/** Files of the engine that anybody who may see the engine may name: types, errors and lists without a door. */
export const engineOpenFiles: ReadonlySet<string> = new Set([
  'main/engine/ports.ts',
  'main/engine/errors.ts',
  'main/engine/door.ts',
  'main/engine/jobs/records.ts',
  'main/engine/jobs/states.ts',
]);

/** A stage of the engine looks at earlier stages only; jobs alone knows them all. */
export function stageOrder(file: SourceFile): Finding[] {
  const own = stageOf(file.path);
  if (own === null) return [];
  const findings: Finding[] = [];
  for (const { line, specifier, target } of importsOf(file)) {
    if (target === null || !target.startsWith('main/engine/') || engineOpenFiles.has(target)) continue;
    const other = stageOf(target);
    if (other === own) continue;
    const earlier = other !== null && (stageRanks[other] ?? 99) < (stageRanks[own] ?? 0);
    if (!earlier) {
      findings.push({ path: file.path, line, rule: `engine/${own} sees earlier stages only (${specifier})` });
    }
  }
  return findings;
}

/**
 * Files that one other file may name past their door, as `from → to`. Every command and every start of the window waits
 * for launch-engine: the door of api loads schemas and the engine for 100 ms, and these two need none of them. And no
 * engine waits for the web server, which only one command needs.
 */
const pastTheDoor: ReadonlySet<string> = new Set([
  'main/launch-engine.ts → main/api/local-address.ts',
  'main/launch-engine.ts → main/api/local-socket-carrier.io.ts',
  'main/cli/serve.io.ts → main/api/websocket-carrier.io.ts',
]);

/** A folder with an index.ts is entered through it. `paths` are all files there are. */
export function folderDoors(file: SourceFile, paths: ReadonlySet<string>): Finding[] {
  if (areaOf(file.path) === 'test' || entries.includes(file.path)) return [];
  const findings: Finding[] = [];
  const here = posix.dirname(file.path).split('/');
  for (const { line, specifier, target } of importsOf(file)) {
    if (target === null || engineOpenFiles.has(target) || pastTheDoor.has(`${file.path} → ${target}`))
      continue;
    const there = posix.dirname(target).split('/');
    let common = 0;
    while (common < here.length && here[common] === there[common]) common++;
    // The outermost folder with a door on the way in is the one to knock at.
    for (let depth = common + 1; depth <= there.length; depth++) {
      const door = `${there.slice(0, depth).join('/')}/index.ts`;
      if (!paths.has(door)) continue;
      if (target !== door)
        findings.push({ path: file.path, line, rule: `${specifier} is behind the door ${door}` });
      break;
    }
  }
  return findings;
}

/** Areas only an entry looks into, which needs no door. */
const doorless = new Set(['shell', 'cli']);

/** Every area of main/ and every stage of the engine has a door. */
export function missingDoors(paths: ReadonlySet<string>): Finding[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const [, folder] = /^(main\/(?:engine\/[^/]+|[^/]+))\/[^/]*\.ts$/.exec(path) ?? [];
    if (folder !== undefined && !doorless.has(posix.basename(folder))) folders.add(folder);
  }
  return [...folders]
    .filter((folder) => !paths.has(`${folder}/index.ts`))
    .map((folder) => ({ path: folder, rule: 'this folder has no index.ts, its only door' }));
}

/** A door is a list: imports and exports, no logic. */
export function doorsAreLists(file: SourceFile): Finding[] {
  const door = posix.basename(file.path) === 'index.ts' && file.path.startsWith('main/');
  // The list of database steps is what that folder is for.
  if (!door || file.path === 'main/store/migrations/index.ts') return [];
  const syntax = syntaxOf(file);
  const other = syntax.statements.find(
    (each) => !ts.isExportDeclaration(each) && !ts.isImportDeclaration(each),
  );
  if (other === undefined) return [];
  return [
    { path: file.path, line: lineOf(syntax, other), rule: 'an index.ts is a list of exports, without logic' },
  ];
}

const worldModules = /^(node:)?(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads)(\/.*)?$/;
const worldPackages = new Set(['better-sqlite3', 'undici', 'ws']);
/** Nothing but effects. Files right in main/ are parts of the entries: they put processes, sockets and files together. */
const effectAreas = new Set(['main', 'platform', 'shell', 'renderer', 'preload', 'test']);

function touchesWorld({ specifier, typeOnly }: Import): boolean {
  return !typeOnly && (worldModules.test(specifier) || worldPackages.has(packageOf(specifier)));
}

/** A file that touches the world says so in its name. */
export function truthfulSuffix(file: SourceFile): Finding[] {
  if (file.path.endsWith('.io.ts') || effectAreas.has(areaOf(file.path)) || entries.includes(file.path))
    return [];
  if (!file.path.startsWith('main/')) return [];
  return importsOf(file)
    .filter(touchesWorld)
    .map(({ line, specifier }) => ({
      path: file.path,
      line,
      rule: `a file that touches the world is named *.io.ts ("${specifier}")`,
    }));
}

const clockAndChance = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'crypto.randomUUID',
  'AbortSignal.timeout',
]);
const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);

/** Time and chance are handed in, so that a test can replay them: in git they do not exist at all, in the engine they are ports. */
export function noClockNoChance(file: SourceFile): Finding[] {
  if (!['git', 'engine', 'contract'].includes(areaOf(file.path))) return [];
  const syntax = syntaxOf(file);
  const findings: Finding[] = [];
  visit(syntax, (node) => {
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    const name = node.expression.getText(syntax);
    const now = ts.isNewExpression(node) && name === 'Date' && (node.arguments?.length ?? 0) === 0;
    if (now || clockAndChance.has(name) || timers.has(name)) {
      findings.push({
        path: file.path,
        line: lineOf(syntax, node),
        rule: `time and chance are handed in, not called (${name})`,
      });
    }
  });
  return findings;
}

export interface Tree {
  files: readonly SourceFile[];
  /** Configuration and pages that name files by their path: package.json, *.config.ts, index.html. */
  naming: readonly SourceFile[];
}

/** Whether a file is begun from outside, so that no import of it is needed. */
function isRoot(file: SourceFile, naming: readonly SourceFile[]): boolean {
  if (entries.includes(file.path) || scripts.includes(file.path) || /(\.d\.ts|\.test\.ts)$/.test(file.path))
    return true;
  return naming.some(({ path, text }) => {
    const name = posix.relative(posix.dirname(path), file.path);
    return (
      text.includes(`"${name}"`) ||
      text.includes(`./${name}`) ||
      text.includes(`'${name}'`) ||
      text.includes(`node ${name}`)
    );
  });
}

/**
 * Files that nothing reaches from an entry. What only a test reaches is dead, too: a test is no use of the thing it
 * tests.
 */
export function deadFiles({ files, naming }: Tree): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const isTest = (path: string): boolean => areaOf(path) === 'test';
  const reached = new Set<string>();
  const walk = (file: SourceFile): void => {
    if (reached.has(file.path)) return;
    reached.add(file.path);
    for (const { target } of importsOf(file)) {
      const next = target === null ? undefined : byPath.get(target);
      if (next !== undefined && (!isTest(file.path) || isTest(next.path))) walk(next);
    }
  };
  for (const file of files) if (isRoot(file, naming)) walk(file);
  return files
    .filter((file) => !reached.has(file.path))
    .map((file) => ({ path: file.path, rule: 'no entry reaches this file: it is dead' }));
}
