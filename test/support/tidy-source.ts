/** What the tidy rules look at: a source file, its imports and its functions. Pure: the text is an argument. */

import { posix } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** From the project's root, with slashes. */
  path: string;
  text: string;
}

export interface Finding {
  path: string;
  /** 1-based; absent when the finding is about the whole file. */
  line?: number;
  /** The sentence of the rule, and what broke it. */
  rule: string;
}

export interface Import {
  line: number;
  specifier: string;
  /** The imported file from the root; null for a package. */
  target: string | null;
  /** Nothing of it is left when the program runs. */
  typeOnly: boolean;
}

export interface FunctionSize {
  name: string;
  line: number;
  lines: number;
}

/** The script of a Svelte component with the markup's lines kept as empty ones, so that line numbers hold. */
export function scriptOf(file: SourceFile): string {
  if (!file.path.endsWith('.svelte')) return file.text;
  let script = '';
  let end = 0;
  for (const match of file.text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)) {
    const body = match[1] ?? '';
    const start = match.index + match[0].indexOf('>') + 1;
    script += file.text.slice(end, start).replaceAll(/[^\n]/g, '') + body;
    end = start + body.length;
  }
  return script;
}

const parsed = new WeakMap<SourceFile, ts.SourceFile>();

export function syntaxOf(file: SourceFile): ts.SourceFile {
  let syntax = parsed.get(file);
  if (syntax === undefined) {
    syntax = ts.createSourceFile(file.path, scriptOf(file), ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
    parsed.set(file, syntax);
  }
  return syntax;
}

export function lineOf(syntax: ts.SourceFile, node: ts.Node): number {
  return syntax.getLineAndCharacterOfPosition(node.getStart(syntax)).line + 1;
}

export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function isTypeOnlyImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((each) => each.isTypeOnly);
}

function isTypeOnlyExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const named = node.exportClause;
  return named !== undefined && ts.isNamedExports(named) && named.elements.every((each) => each.isTypeOnly);
}

/**
 * `'./worker.ts'` in a file that asks for `import.meta.url`: so a file that runs in a process or thread of its own is
 * named.
 */
function isNameOfFile(file: SourceFile, node: ts.Node): boolean {
  return (
    ts.isStringLiteral(node) && /^\.\.?\/.*\.ts$/.test(node.text) && file.text.includes('import.meta.url')
  );
}

/** Every file or package this one names: import, export … from, import(), type queries, and files named by URL. */
export function importsOf(file: SourceFile): Import[] {
  const syntax = syntaxOf(file);
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    const bare = specifier.text.replace(/\?.*$/, '');
    const target = bare.startsWith('.') ? posix.join(posix.dirname(file.path), bare) : null;
    imports.push({ line: lineOf(syntax, specifier), specifier: specifier.text, target, typeOnly });
  };
  visit(syntax, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnlyImport(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeOnlyExport(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    else if (isNameOfFile(file, node) && !isSpecifier(node)) add(node, true);
  });
  return imports;
}

/** Whether the imports above have taken this string already. */
function isSpecifier(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (ts.isLiteralTypeNode(parent)) return ts.isImportTypeNode(parent.parent);
  return ts.isCallExpression(parent) && parent.expression.kind === ts.SyntaxKind.ImportKeyword;
}

function nameOfFunction(node: ts.FunctionLikeDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const parent = node.parent;
  if ((ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) && parent.initializer === node) {
    return parent.name.getText();
  }
  return '(nameless)';
}

export function functionsOf(file: SourceFile): FunctionSize[] {
  const syntax = syntaxOf(file);
  const sizes: FunctionSize[] = [];
  visit(syntax, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const line = lineOf(syntax, node);
    const last = syntax.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
    sizes.push({ name: nameOfFunction(node), line, lines: last - line + 1 });
  });
  return sizes;
}
