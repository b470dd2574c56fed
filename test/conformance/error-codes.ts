import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { listFiles, ROOT } from './repository.ts';

/** What the server's source says of its error codes. */
export interface ErrorCodes {
  /** Code → HTTP statuses that it is answered with; `undefined` stands for one that is only known at run time. */
  statuses: Map<string, Set<number | undefined>>;
  /** Codes of single fields inside `errors[]`. */
  fieldCodes: Set<string>;
  /** Places where a code is neither written out nor handed in by a call of the same file. */
  unreadable: string[];
}

/** The token endpoint renames some codes to those of RFC 6749 §5.2, in this table. */
const RENAMING_TABLE = { file: 'packages/server/src/oauth/oauth-error.ts', name: 'NAMES' };

/** Reads the codes from every `new SeglError(status, code, …)` and every literal `{ field, code }` of the product. */
export async function readErrorCodes(): Promise<ErrorCodes> {
  const codes: ErrorCodes = { statuses: new Map(), fieldCodes: new Set(), unreadable: [] };
  for (const path of await listFiles('packages/server/src')) {
    if (!path.endsWith('.ts') || /\.(test|testing|fixture|conformance)\.ts$/.test(path)) continue;
    const text = readFileSync(join(ROOT, path), 'utf8');
    readFile(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), codes);
  }
  return codes;
}

function readFile(file: ts.SourceFile, codes: ErrorCodes): void {
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'SeglError') readError(file, node, codes);
    if (ts.isObjectLiteralExpression(node)) readFieldError(node, codes);
    if (file.fileName === RENAMING_TABLE.file && ts.isVariableDeclaration(node)) readRenaming(node, codes);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

function readError(file: ts.SourceFile, error: ts.NewExpression, codes: ErrorCodes): void {
  const [status, code] = error.arguments ?? [];
  const number = status && ts.isNumericLiteral(status) ? Number(status.text) : undefined;
  const found = code && (ts.isStringLiteral(code) ? [code.text] : handedIn(file, error, code));
  if (!found || found.length === 0) {
    const { line } = file.getLineAndCharacterOfPosition(error.getStart());
    codes.unreadable.push(`${file.fileName}:${line + 1}`);
    return;
  }
  for (const one of found) add(codes, one, number);
}

/** The code is a parameter of the function around it: its values are in the calls of that function. */
function handedIn(file: ts.SourceFile, error: ts.Node, code: ts.Expression): string[] | undefined {
  let around: ts.Node | undefined = error;
  while (around && !ts.isFunctionDeclaration(around)) around = around.parent;
  const name = around?.name?.text;
  const position = around?.parameters.findIndex((one) => one.name.getText() === code.getText()) ?? -1;
  if (name === undefined || position < 0) return undefined;
  const found: (string | undefined)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === name) {
      const given = node.arguments[position];
      found.push(given && ts.isStringLiteral(given) ? given.text : undefined);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found.every((one) => one !== undefined) ? found : undefined;
}

function readFieldError(node: ts.ObjectLiteralExpression, codes: ErrorCodes): void {
  const names = node.properties.map((property) => property.name?.getText());
  if (!names.includes('field')) return;
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== 'code') continue;
    if (ts.isStringLiteral(property.initializer)) codes.fieldCodes.add(property.initializer.text);
  }
}

function readRenaming(node: ts.VariableDeclaration, codes: ErrorCodes): void {
  if (node.name.getText() !== RENAMING_TABLE.name) return;
  if (!node.initializer || !ts.isObjectLiteralExpression(node.initializer)) {
    codes.unreadable.push(`${RENAMING_TABLE.file}: ${RENAMING_TABLE.name}`);
    return;
  }
  for (const property of node.initializer.properties) {
    if (ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer)) {
      add(codes, property.initializer.text, undefined);
    }
  }
}

function add(codes: ErrorCodes, code: string, status: number | undefined): void {
  const statuses = codes.statuses.get(code) ?? new Set();
  codes.statuses.set(code, statuses.add(status));
}
