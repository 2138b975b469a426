import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { transcript } from '../../src/record/transcript.ts';
import { readDocument } from '../../src/runbook/document.ts';
import { documentLines, hasWideCode } from '../../src/screens/document-lines.ts';
import { textOf, widthOf } from '../../src/screens/line.ts';
import type { Size } from '../../src/screens/state.ts';
import { restoreRun } from '../record/canned-runs.ts';
import { opened } from './opened.ts';
import { healthy } from './world.ts';

const golden = async (name: string, text: string) => await expect(text).toMatchFileSnapshot(`golden/${name}.txt`);

const drawn = (text: string, width = 60, dangers = {}) =>
  `${documentLines(readDocument(text), width, { dangers })
    .map((each) => textOf(each).trimEnd())
    .join('\n')}\n`;

const everything = `---
format: 1
---

# A title that is longer than the terminal is wide and goes on for a while

Prose with \`code\`, **weight**, and a [link](https://example.org/x) that is wrapped where a line ends, never inside \`a name\`.

## Stop every member \`stop\`

> [!WARNING]
> The database is down.

> [!CAUTION]
> The data is replaced.
>
> Twice.

> Only a quote.

1. First
2. Second, which is longer than one line of this terminal and goes on below itself
   - inner
- [x] done
- [ ] open

| member | state | what it means |
| --- | --- | --- |
| mariadb-server-0 | Synced | serves clients, and this cell is much longer than there is room |
| データベース | \`Donor\` | - |

\`\`\`text
	indented, never wrapped: ${'x'.repeat(80)}
\`\`\`

---

### Deep
`;

describe('a document', () => {
  it('is drawn with headings, marks, callouts, lists, tables and code', async () => {
    await golden('document', drawn(everything, 60, { stop: 'destroys' }));
  });

  it.each(
    [30, 40, 80, 160, 200].flatMap(
      (width) =>
        [
          [width, false],
          [width, true],
        ] as const,
    ),
  )('is never wider than %i columns, wrapped: %s', (width, wraps) => {
    const rows = documentLines(readDocument(everything), width, { dangers: { stop: 'disrupts' }, wraps });
    expect(rows.filter((each) => widthOf(each) > width)).toEqual([]);
  });

  it('has code that is wider than the screen go on below when it is wrapped, and nothing of it is lost', () => {
    const code = `\`\`\`sh\nkubectl  get ${'データ'.repeat(12)} --output=wide\n\`\`\``;
    const blocks = readDocument(code);
    expect(hasWideCode(blocks, 40)).toBe(true);
    expect(hasWideCode(blocks, 160)).toBe(false);
    const rows = documentLines(blocks, 40, { wraps: true }).map((each) => textOf(each).slice(4));
    expect(rows.join('')).toBe(`kubectl  get ${'データ'.repeat(12)} --output=wide`);
  });

  it('of text from outside cannot write to the terminal', () => {
    expect(drawn('a \u001b[2J `\u001b[31m` b')).toBe('a \\x1b[2J \\x1b[31m b\n');
  });

  it('that is nested without measure is shown as it is written', () => {
    expect(drawn(`${'> '.repeat(60)}deep`, 300)).toContain('> > >');
  });

  it('of nothing is nothing', () => {
    expect(readDocument('')).toEqual([]);
  });
});

describe('the reader', () => {
  it.each<Size>([
    { columns: 80, rows: 24 },
    { columns: 120, rows: 40 },
    { columns: 200, rows: 60 },
  ])('shows a runbook at $columns x $rows, each step with its mark', async (size) => {
    const world = healthy(size);
    const text = await readFile('docs/runbooks/galera-restore.md', 'utf8');
    world.writer.reading({
      title: 'galera-restore',
      kind: 'markdown',
      lines: text.split('\n'),
      blocks: readDocument(text),
      dangers: { stop: 'disrupts', swap: 'destroys', unpack: 'changes', identity: 'reads' },
      runbook: 'galera-restore',
    });
    world.writer.show('text');
    world.writer.scroll('text', 60);
    await golden(`reader-${size.columns}x${size.rows}`, world.screen());
  });

  it('shows a transcript, with what is searched for', async () => {
    const world = healthy({ columns: 120, rows: 40 });
    const text = transcript(restoreRun);
    world.writer.reading({
      title: 'Transcript of run n5g1s7',
      kind: 'markdown',
      lines: text.split('\n'),
      blocks: readDocument(text),
    });
    world.writer.show('text');
    world.writer.search('text', 'unpack');
    await golden('transcript-120x40', world.screen());
  });

  it('opens with d, and enter plans what is read', async () => {
    const { press, terminal, fake, seconds } = await opened();
    await press('2');
    await seconds(1);
    await press('d');
    await terminal.until('! disrupts: asks yes or no');
    expect(fake.wishes).toEqual([]);
    await press('\r');
    expect(fake.wishes).toEqual([{ runbook: 'galera-backup', parameters: {} }]);
  });

  it('is searched with /, n and N', async () => {
    const { press, terminal, seconds } = await opened();
    await press('2');
    await seconds(1);
    await press('d');
    await press('/');
    for (const key of 'zzz') await press(key);
    await press('\r');
    await press('n');
    expect(terminal.screen()).toContain('no line has "zzz"');
    await press('\u001b');
    await seconds(1);
    expect(terminal.screen()).toContain('Copy');
  });
});
