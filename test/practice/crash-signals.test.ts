import { expect, it } from 'vitest';
import { invariant } from '../../src/base/failure.ts';
import type { Mode } from '../../src/engine/event.ts';
import { exits } from '../../src/engine/exit-code.ts';
import { type Signalled, undisturbed } from './crash.ts';
import { type CrashCase, crashCases } from './crash-cases.ts';
import { RealPractice } from './crash-real.ts';
import { unsound } from './crash-sound.ts';
import { type Row, report } from './crash-table.ts';

const sample: readonly (readonly [CrashCase['name'], Mode, readonly (readonly [Signalled, number])[]])[] = [
  [
    'backup',
    'yes',
    [
      ['SIGTERM', 9],
      ['SIGHUP', 16],
      ['SIGINT', 25],
      ['SIGINT twice', 16],
    ],
  ],
  [
    'restore',
    'yes',
    [
      ['SIGTERM', 20],
      ['SIGHUP twice', 46],
      ['SIGINT', 76],
      ['SIGTERM twice', 90],
      ['SIGINT twice', 36],
    ],
  ],
  [
    'rollback',
    'interactive',
    [
      ['SIGHUP', 20],
      ['SIGINT twice', 35],
    ],
  ],
  [
    'start',
    'yes',
    [
      ['SIGTERM', 20],
      ['SIGINT twice', 30],
    ],
  ],
];

it.each(sample)(
  '%s (%s), its process told by real signals to stop: it ends in good order, and is done or taken back in the end',
  { timeout: 240_000 },
  async (name, mode, places) => {
    const of = crashCases.find((each) => each.name === name);
    invariant(of, `no case ${name}`);
    const end = await undisturbed(of, mode);
    const rows: Row[] = [];
    for (const [signal, line] of places) {
      const practice = await RealPractice.of(of, mode, end.beginning);
      const exit = await practice.begin({ at: signal, line });
      expect([exits.done, exits.interrupted, exits.owes], practice.said).toContain(exit);
      const lastExit = Number(await practice.takeUpAll());
      const ended = await practice.ended(lastExit, []);
      practice.remove();
      rows.push({
        where: `line ${line}`,
        what: signal,
        exit: Number(exit),
        how: [],
        lastExit,
        lost: ended.picture.owed,
        differs: unsound(end, ended),
      });
    }
    report({ runbook: name, mode, kind: 'a signal to a process' }, rows);
  },
);
