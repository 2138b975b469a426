import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { JournalFile, JournalFull, readLines, reserveBytes } from '../../src/host/journal-file.ts';
import { type RunFolder, StateFolder } from '../../src/host/state-folder.ts';
import { readJournal, writeLine } from '../../src/record/line.ts';
import { backupRun } from '../record/canned-runs.ts';
import { failureFrom, freshFolder } from './folder.ts';
import { tinyDisk } from './tiny-disk.ts';

const newRun = (): Promise<RunFolder> => StateFolder.at(freshFolder()).createRun('q8d4w6');
const lines = backupRun.map(writeLine);

describe('a journal file', () => {
  test('holds the lines in the order of the calls, for its owner only', async () => {
    const run = await newRun();
    const journal = await JournalFile.create(run);
    await Promise.all(lines.map((line) => journal.append(line)));
    expect(readJournal((await readLines(run.journal)).text)).toEqual({ events: backupRun });
    expect(statSync(run.journal).mode & 0o777).toBe(0o600);
    expect(statSync(run.path).mode & 0o777).toBe(0o700);
    await journal.close();
  });

  test('has 1 MiB beside it while the run goes on, and none after', async () => {
    const run = await newRun();
    const journal = await JournalFile.create(run);
    expect(statSync(join(run.path, 'reserve')).size).toBe(reserveBytes);
    await journal.close();
    expect(existsSync(join(run.path, 'reserve'))).toBe(false);
    const again = await JournalFile.open(run);
    expect(again.journal.hasReserve).toBe(true);
    await again.journal.close();
  });

  test('is never begun twice', async () => {
    const run = await newRun();
    await (await JournalFile.create(run)).close();
    expect(await failureFrom(JournalFile.create(run))).toMatchObject({ kind: 'failed' });
  });

  test('cut anywhere is opened with its whole lines, and goes on after them', async () => {
    const whole = lines.slice(0, 6).join('');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length }), async (at) => {
        const run = await newRun();
        writeFileSync(run.journal, whole);
        truncateSync(run.journal, at);
        const { journal, text, torn } = await JournalFile.open(run);
        const kept = whole.slice(0, at).split('\n').length - 1;
        expect(text).toBe(lines.slice(0, kept).join(''));
        expect(torn).toBe(text.length !== at);
        await journal.append(lines[kept] ?? '');
        await journal.close();
        expect(readFileSync(run.journal, 'utf8')).toBe(lines.slice(0, kept + 1).join(''));
      }),
      { numRuns: 30 },
    );
  });

  test('cut in the middle of a character is opened too', async () => {
    const run = await newRun();
    writeFileSync(
      run.journal,
      Buffer.concat([Buffer.from(lines[0] ?? ''), Buffer.from('{"v":1,"a":"é').subarray(0, -1)]),
    );
    const { journal, text } = await JournalFile.open(run);
    expect(text).toBe(lines[0]);
    await journal.close();
  });

  test('with bytes that are no UTF-8 in a whole line is refused', async () => {
    const run = await newRun();
    writeFileSync(run.journal, Buffer.from([0x7b, 0x7d, 0x0a, 0xc3, 0xa4, 0x0a, 0x7b, 0xff, 0x0a]));
    expect(await failureFrom(JournalFile.open(run))).toMatchObject({
      expected: `a journal in UTF-8 at ${run.journal}`,
      found: 'other bytes in line 3',
      next: expect.stringContaining(`move ${run.path} to another place`),
    });
  });

  test('that is not there is a failure that names it', async () => {
    const run = await newRun();
    expect(await failureFrom(JournalFile.open(run))).toMatchObject({ expected: `a journal at ${run.journal}` });
  });
});

const disk = tinyDisk(reserveBytes + 256 * 1024);
afterAll(() => disk?.remove());

describe.skipIf(disk === undefined)('on a disk that fills up (needs the right to mount)', () => {
  const folder = StateFolder.at(disk?.path ?? '');
  const fill = join(disk?.path ?? '', 'fill');
  const fillUp = () => {
    try {
      for (;;) appendFileSync(fill, Buffer.alloc(4096));
    } catch {}
  };

  test('the reserve is real room: after it is freed payers can journal, and nothing is torn', async () => {
    const run = await folder.createRun('fullaa');
    const journal = await JournalFile.create(run);
    await journal.append(lines[0] ?? '');
    writeFileSync(fill, '');
    fillUp();
    const long = writeLine({ seq: 2, at: 0, type: 'warned', step: 'copy', says: 'x'.repeat(20_000) });
    await expect(journal.append(long)).rejects.toBeInstanceOf(JournalFull);
    await expect(journal.append(long)).rejects.toBeInstanceOf(JournalFull);
    expect(readFileSync(run.journal, 'utf8')).toBe(lines[0]);
    await journal.useReserve();
    for (let seq = 2; seq < 30; seq++) {
      await journal.append(writeLine({ seq, at: 0, type: 'warned', step: 'copy', says: 'x'.repeat(20_000) }));
    }
    expect(readJournal((await readLines(run.journal)).text)).toMatchObject({ events: { length: 29 } });
    await journal.close();
    await folder.dropRun(run);
    truncateSync(fill, 0);
  });

  test('a run is refused when there is no room for the reserve, and leaves no journal', async () => {
    fillUp();
    truncateSync(fill, statSync(fill).size - 64 * 1024);
    const run = await folder.createRun('fullbb');
    expect(await failureFrom(JournalFile.create(run))).toMatchObject({ found: 'no room left on the disk (ENOSPC)' });
    expect(existsSync(run.journal)).toBe(false);
    expect(existsSync(join(run.path, 'reserve'))).toBe(false);
  });

  test('a run that goes on there is opened without a reserve', async () => {
    const run = await folder.createRun('fullcc');
    writeFileSync(run.journal, lines[0] ?? '');
    const { journal } = await JournalFile.open(run);
    expect(journal.hasReserve).toBe(false);
    await journal.close();
  });
});
