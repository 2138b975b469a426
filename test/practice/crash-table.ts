import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** What was done to a run where, and how it ended. */
export interface Row {
  /** The line or the write that came last. */
  readonly where: string;
  readonly what: string;
  /** Of the process that was told to stop; of one that was killed there is none. */
  readonly exit?: number;
  /** What the processes after it did. */
  readonly how: readonly string[];
  /** The last one's. */
  readonly lastExit: number | undefined;
  /** Debts that nobody paid and nobody names. */
  readonly lost: readonly string[];
  /** What differs in the end from the run that nobody disturbed. */
  readonly differs: readonly string[];
}

export interface Block {
  readonly runbook: string;
  readonly mode: string;
  readonly kind: string;
}

const root = join(import.meta.dirname, '..', '..');
const reports = join(root, 'reports');
const document = join(root, 'docs', 'crash-proof.md');
const begin = '<!-- generated: crashes -->\n';
const end = '<!-- end -->';
/** Set: docs/crash-proof.md is written instead of compared. One file after the other: `--no-file-parallelism`. */
const writes = process.env.GALERA_CRASH_DOCUMENT === 'write';

/** Puts the rows into reports/crash-table.md, says their sum, holds docs/crash-proof.md to it, and fails on a row that ended badly. */
export function report(block: Block, rows: readonly Row[]): void {
  const bad = rows.filter((row) => row.lost.length + row.differs.length > 0);
  const lost = rows.filter((row) => row.lost.length > 0).length;
  const differ = rows.filter((row) => row.differs.length > 0).length;
  const { runbook, mode, kind } = block;
  process.stdout.write(
    `crash table: ${runbook} (${mode}), ${kind}: ${rows.length} places, ${lost} with lost debts, ${differ} with another end\n`,
  );
  keep(block, rows);
  expect(bad).toEqual([]);
  holdDocument(`| ${runbook} | ${mode} | ${kind} | ${rows.length} | ${lost} | ${differ} |`);
}

/** Each part in a file of its own, and all of them in one: the suites run beside each other. */
function keep({ runbook, mode, kind }: Block, rows: readonly Row[]): void {
  const parts = join(reports, 'crash');
  mkdirSync(parts, { recursive: true });
  const lines = rows.map(({ where, what, exit, how, lastExit, lost, differs }) => {
    const ended =
      lost.length + differs.length === 0 ? 'the same' : [...lost.map((debt) => `lost: ${debt}`), ...differs].join('; ');
    const cells = [where, what, exit ?? 'killed', how.join(', '), lastExit ?? '-', ended];
    return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const table = ['| after | what | exit | then | exit | end |', '| --- | --- | --- | --- | --- | --- |', ...lines];
  const text = `## ${runbook} (${mode}): ${kind}\n\n${table.join('\n')}\n`;
  writeFileSync(join(parts, `${[runbook, mode, kind].join('-').replaceAll(/[^a-zA-Z0-9]+/g, '-')}.md`), text);
  const all = readdirSync(parts)
    .filter((name) => name.endsWith('.md'))
    .toSorted();
  const whole = [
    '# What was killed where, and how it ended\n',
    ...all.map((name) => readFileSync(join(parts, name), 'utf8')),
  ];
  const written = join(parts, `table.${process.pid}`);
  writeFileSync(written, whole.join('\n'));
  renameSync(written, join(reports, 'crash-table.md'));
}

const order = ['backup', 'restore', 'rollback', 'start'];
const keyOf = (line: string) => line.split(' | ').slice(0, 3).join(' | ');
const rankOf = (line: string) => order.indexOf(line.split(' | ')[0]?.replace('| ', '') ?? '');

function holdDocument(line: string): void {
  const text = readFileSync(document, 'utf8');
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end, from);
  const [head = '', rule = '', ...lines] = text.slice(from, to).trim().split('\n');
  if (writes) {
    const others = lines.filter((each) => keyOf(each) !== keyOf(line));
    const sorted = [...others, line].toSorted((a, b) => rankOf(a) - rankOf(b) || (keyOf(a) < keyOf(b) ? -1 : 1));
    writeFileSync(document, `${text.slice(0, from)}\n${[head, rule, ...sorted].join('\n')}\n\n${text.slice(to)}`);
    return;
  }
  expect(
    lines.find((each) => keyOf(each) === keyOf(line)),
    'docs/crash-proof.md says how it is brought up to date',
  ).toBe(line);
}
