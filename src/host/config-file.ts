import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, type ParsedNode, parseDocument } from 'yaml';
import type { z } from 'zod';
import { FailureError, fail, failure } from '../base/failure.ts';
import { type Problem, quote, Report, suggest } from '../runbook/problem.ts';
import type { TargetConfig } from '../target/config.ts';
import { configSchema, keysAt, targetsOf } from './config-schema.ts';
import { codeOf } from './file-problem.ts';
import { readNamed } from './files.ts';

const largest = 1024 * 1024;

export interface Config {
  readonly path: string;
  readonly targets: readonly TargetConfig[];
  /** The site's own runbooks: an absolute path. */
  readonly runbooks?: string;
}

/** There is no file. With a flavour that is discovered this is fine; else `init` writes one. */
export class ConfigMissing extends FailureError {
  override readonly name = 'ConfigMissing';
}

/** Everything that is wrong with the file, in its order; the failure names the first. */
export class ConfigError extends FailureError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];
  constructor(path: string, problems: readonly Problem[]) {
    const [first] = problems;
    const where = first === undefined ? 'a problem' : `${first.file}:${first.line}:${first.column}: ${first.message}`;
    const count = problems.length > 1 ? `${problems.length} problems, the first ${where}` : where;
    super(
      failure('usage', `a valid configuration in ${path}`, count, 'mend the file; nothing was read from the cluster'),
    );
    this.problems = problems;
  }
}

/** `--config`, else the XDG config folder. */
export function configPath(environment: { readonly [name: string]: string | undefined }, flag?: string): string {
  if (flag !== undefined) return resolve(flag);
  const xdg = environment.XDG_CONFIG_HOME;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.config');
  return join(base, 'galera-runbook', 'config.yaml');
}

export async function loadConfig(path: string): Promise<Config> {
  const next = 'write one with `galera-runbook init`, or name another with --config';
  const bytes = await readNamed(path, 'a configuration', largest, next).catch((thrown: FailureError) => {
    if (codeOf(thrown.cause) !== 'ENOENT') throw thrown;
    throw new ConfigMissing(failure('usage', `a configuration at ${path}`, 'no file there', next), { cause: thrown });
  });
  return readConfig(textOf(bytes, path), path);
}

function textOf(bytes: Uint8Array, path: string): string {
  if (bytes.includes(0))
    fail('usage', `a YAML file at ${path}`, 'a binary file: it has a NUL byte', 'save it as UTF-8 text');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    return fail('usage', `a configuration in UTF-8 at ${path}`, 'bytes that are not UTF-8', 'save it as UTF-8', thrown);
  }
}

/** Throws a {@link ConfigError} with every problem at once. */
export function readConfig(text: string, path: string): Config {
  const report = new Report(path, text);
  const document = parseDocument(text, {
    version: '1.2',
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  for (const error of [...document.errors, ...document.warnings])
    report.add(error.pos[0], `not YAML: ${error.message}`);
  if (!report.empty) throw new ConfigError(path, report.problems());
  if (document.contents === null) report.add(0, 'the file is empty', 'write one with `galera-runbook init`');
  const read = configSchema.safeParse(document.contents === null ? {} : plainValue(document));
  if (document.contents !== null) for (const issue of read.error?.issues ?? []) tell(issue, document, report);
  if (read.success && Object.keys(read.data.targets).length === 0)
    report.add(0, 'there are no targets', 'write one with `galera-runbook init`');
  if (!report.empty || !read.success) throw new ConfigError(path, report.problems());
  const { runbooks } = read.data;
  return {
    path,
    targets: targetsOf(read.data),
    ...(runbooks === undefined ? {} : { runbooks: resolve(dirname(path), runbooks.replace(/^~(?=\/)/, homedir())) }),
  };
}

/** Aliases are followed, but a file of a few lines that stands for millions of values is not. */
function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

function tell(issue: z.core.$ZodIssue, document: Document, report: Report): void {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys)
      report.add(keyAt(document, [...path, key]), `the key ${quote(key)} is not known`, suggest(key, keysAt(path)));
    return;
  }
  const name = path.length === 0 ? 'the file' : quote(path.join('.'));
  const value = document.getIn(path);
  const at = keyAt(document, path);
  if (value === undefined) report.add(at, `${name} is missing`);
  else if (value === null) report.add(at, `${name} is empty`, 'write a value, or leave the key out');
  else report.add(valueAt(document, path), `${name} ${wrong(issue, value)}`, hint(issue, value));
}

function wrong(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${names[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `is ${quote(String(value))}, which is not known`;
    case 'invalid_union':
      return 'must be a size';
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is no name';
    case 'too_big':
      return issue.message.startsWith('is ') ? issue.message : `is too large: at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  object: 'a map of keys',
  record: 'a map of names',
};

function hint(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code === 'invalid_value') return suggest(String(value), issue.values.map(String));
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof value !== 'object')
    return `quote it: "${String(value)}"`;
  return undefined;
}

/** Where the last key of the path stands, or of the longest part of it that is there. */
function keyAt(document: Document, path: readonly PropertyKey[]): number {
  const parent = path.length < 2 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last);
    const offset = isNode(pair?.key) ? (pair.key as ParsedNode).range?.[0] : undefined;
    if (offset !== undefined) return offset;
  }
  return path.length === 0 ? 0 : keyAt(document, path.slice(0, -1));
}

function valueAt(document: Document, path: readonly PropertyKey[]): number {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isScalar(node) ? ((node as ParsedNode).range?.[0] ?? keyAt(document, path)) : keyAt(document, path);
}
