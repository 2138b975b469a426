import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { localRuns, type RememberedRuns } from '../../src/commands/local-runs.ts';
import { proofText } from '../../src/commands/proof-words.ts';
import { Remembered } from '../../src/commands/remembered.ts';
import { StateFolder } from '../../src/host/state-folder.ts';
import { writeLine } from '../../src/record/line.ts';
import { freshFolder } from '../host/folder.ts';
import { backupRun } from '../record/canned-runs.ts';

async function recorded(journals: { readonly [id: string]: string }): Promise<StateFolder> {
  const state = StateFolder.at(freshFolder());
  for (const [id, text] of Object.entries(journals)) writeFileSync((await state.createRun(id)).journal, text);
  return state;
}

const whole = backupRun.map(writeLine).join('');

describe('runs of this machine', () => {
  test('are those that began; a damaged journal is told and stands in nobody’s way', async () => {
    const state = await recorded({ q8d4w6: whole, damage: `{"seq":1}\n${whole}`, nothin: '' });
    const damaged: string[] = [];
    const runs = await localRuns(state, { damaged: (run) => damaged.push(run) });
    expect(runs.map(({ folder, events }) => [folder.id, events.length])).toEqual([['q8d4w6', backupRun.length]]);
    expect(damaged).toEqual(['damage']);
  });

  test('are as many as were asked for', async () => {
    const state = await recorded({ aaaaaa: whole, bbbbbb: whole, cccccc: whole });
    expect(await localRuns(state, { newest: 2 })).toHaveLength(2);
    expect(await localRuns(state)).toHaveLength(3);
  });

  test('that are remembered are read again when their journal has grown, and only then', async () => {
    const [first, ...rest] = backupRun.map(writeLine);
    const state = await recorded({ q8d4w6: first ?? '', ended7: whole });
    const remembered: RememberedRuns = new Remembered();
    const read = async () =>
      (await localRuns(state, { remembered })).toSorted((a, b) => a.events.length - b.events.length);
    const [short, ended] = await read();
    const again = await read();
    expect([again[0] === short, again[1] === ended]).toEqual([true, true]);
    appendFileSync(state.folderOf('q8d4w6').journal, rest.join(''));
    const grown = await read();
    expect(grown.map(({ events }) => events.length)).toEqual([backupRun.length, backupRun.length]);
    expect(grown).toContain(ended);
    expect(grown).not.toContain(short);
  });

  test('that are gone, or older than the newest that are wanted, are not remembered', async () => {
    const state = await recorded({ aaaaaa: whole, bbbbbb: whole });
    const remembered: RememberedRuns = new Remembered();
    const [first, second] = await localRuns(state, { remembered });
    await localRuns(state, { newest: 1, remembered });
    const again = await localRuns(state, { remembered });
    expect([again[0] === first, again[1] === second]).toEqual([true, false]);
  });

  test('whose journal is damaged are asked for again each time', async () => {
    const state = await recorded({ damage: '{"seq":1}\n' });
    const remembered: RememberedRuns = new Remembered();
    const damaged: string[] = [];
    for (const _ of [1, 2]) await localRuns(state, { remembered, damaged: (run) => damaged.push(run) });
    expect(damaged).toEqual(['damage', 'damage']);
  });
});

test('an archive that is gone has one word for it, wherever a proof is shown', () => {
  expect(proofText({ level: 'failed', gone: true })).toBe('failed: its archive is not on the volume');
  expect(proofText({ level: 'failed' })).toBe('failed: not restorable');
  expect(proofText({ level: 'restored' })).toBe('restored and compared');
});
