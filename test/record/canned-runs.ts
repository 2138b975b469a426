import type { NewEvent, RunEvent } from '../../src/engine/event.ts';
import { answered, clock, failedAt, hash, owes, passed, plan, plannedStep, stamp, started } from './canned.ts';

export const backupPlan = plan({
  steps: [
    plannedStep('agree', 'check', { step: { title: 'Every member agrees' } }),
    plannedStep('donor', 'check', {
      step: { title: 'Choose the donor' },
      says: ['donor mariadb-server-2: queue 0, leaves the Service when desynced, highest ordinal'],
    }),
    plannedStep('tool', 'check'),
    plannedStep('room', 'check', { seen: { is: 'so', says: 'needs 14.7 GiB of 131 GiB free 3 h ago' } }),
    plannedStep('chain', 'check', { skipped: 'kind is full' }),
    plannedStep('copy', 'do', {
      step: { title: 'Copy', action: 'backup.take', timeoutMs: 21_600_000 },
      input: { member: 'mariadb-server-2', kind: 'full' },
      effects: [{ object: 'Job galera-runbook-q8d4w6-copy-1', field: 'exists', from: 'no', to: 'yes' }],
      debts: [
        {
          id: 'desync',
          says: 'a Job desyncs mariadb-server-2',
          due: 'end',
          payWith: { action: 'galera.resync', input: {} },
        },
      ],
      says: ['1 Job on the volume of mariadb-server-2'],
      unknowns: ['the room on the volume until the Job measures it'],
      bytes: 10_329_396_347,
      ms: 180_000,
    }),
    plannedStep('back', 'do', { step: { title: 'The donor is back', pays: ['copy'] }, ms: 3000 }),
    plannedStep('prove', 'do', { says: ['1 Job reads the archive again'], ms: 120_000 }),
    plannedStep('retain', 'do', { ms: 1000 }),
  ],
});

export const backupRun: readonly RunEvent[] = stamp([
  ['05:00:03', { type: 'run-started', plan: backupPlan, mode: 'yes', by: 'gitlab@runner-7', format: 1 }],
  [
    '05:00:03',
    {
      type: 'gate-opened',
      gate: {
        step: 'plan',
        need: 'yes-no',
        danger: 'changes',
        shows: ['start galera-backup on lab?'],
        sha256: hash,
        personal: false,
      },
    },
  ],
  ['05:00:03', answered('plan')],
  ['05:00:03', { type: 'lease-taken', holder: 'gitlab@runner-7' }],
  ['05:00:04', passed('agree', 'held', '3 of 3 Synced, Primary')],
  ['05:00:05', passed('donor', 'held', 'mariadb-server-2')],
  ['05:00:05', passed('tool', 'held', 'mariadb-backup 10.11.19')],
  ['05:00:06', passed('room', 'held', 'needs 14.7 GiB of 131 GiB free 3 h ago')],
  ['05:00:06', { type: 'step-skipped', step: 'chain', reason: 'kind is full' }],
  ['05:00:06', owes('desync', 'copy', 'a Job desyncs mariadb-server-2')],
  ['05:00:06', started('copy')],
  ['05:00:07', { type: 'effect-started', step: 'copy', effect: 'create Job galera-runbook-q8d4w6-copy-1' }],
  [
    '05:00:08',
    { type: 'effect-ended', step: 'copy', effect: 'create Job galera-runbook-q8d4w6-copy-1', result: 'done' },
  ],
  [
    '05:03:16',
    {
      type: 'step-passed',
      step: 'copy',
      how: 'applied',
      says: '20261121T050007Z, 9.62 GiB, at 36553af3:4203120 of 05:03:10Z',
      output: { backup: '20261121T050007Z' },
      facts: { queue: 412 },
    },
  ],
  ['05:03:16', { type: 'step-started', step: 'back', attempt: 1, input: {}, memo: {}, pays: ['desync'] }],
  ['05:03:16', passed('back', 'already-so', 'queue 0, OFF, Synced, desync count 0 as before')],
  [
    '05:03:16',
    { type: 'debt-paid', id: 'desync', says: 'mariadb-server-2 is in flow control and in the Service again' },
  ],
  ['05:03:16', started('prove')],
  ['05:05:09', passed('prove', 'applied', 'read back, checksums match, level =')],
  ['05:05:10', started('retain')],
  ['05:05:10', passed('retain', 'applied', 'removed 20261114T210003Z, kept 7, the newest proven among them')],
  ['05:05:10', { type: 'run-ended', exit: 0, says: 'done and verified', unpaid: [] }],
  ['05:05:10', { type: 'lease-released', holder: 'gitlab@runner-7' }],
]);

export const restorePlan = plan({
  run: 'n5g1s7',
  runbook: {
    name: 'galera-restore',
    title: 'Restore a Galera cluster from a physical backup',
    sha256: `5d0a91c2${'0'.repeat(56)}`,
  },
  parameters: { backup: '20261121T050007Z', 'keep-current-data': true, recheck: false },
  readAt: clock('05:10:01'),
  steps: [
    plannedStep('identity', 'check'),
    plannedStep('room', 'check'),
    plannedStep('volumes-stay', 'check'),
    plannedStep('unpack', 'do', { says: ['3 Jobs at once', 'the database stays up'], ms: 250_000 }),
    plannedStep('truth', 'do', { ms: 190_000 }),
    plannedStep('cut', 'do', {
      danger: 'disrupts',
      gate: 'yes-no',
      says: ['clients without a database about 20 s; undoes 1455 transactions after 05:03:10Z'],
      effects: [
        { object: 'Service mariadb', field: 'selector', from: 'app=mariadb', to: 'app=mariadb,galera-runbook=cut' },
      ],
      ms: 2000,
    }),
    plannedStep('stop', 'do', { danger: 'disrupts', gate: 'yes-no', ms: 2000 }),
    plannedStep('positions', 'do', { ms: 3000 }),
    plannedStep('swap', 'do', {
      danger: 'destroys',
      gate: 'typed',
      says: ['data of 3 members, old data is set aside'],
      ms: 2000,
    }),
    plannedStep('start', 'do', { danger: 'disrupts', gate: 'yes-no', ms: 12_000, step: { pays: ['stop'] } }),
    plannedStep('same', 'check', { ms: 1000 }),
    plannedStep('traffic', 'do', { ms: 2000, step: { pays: ['cut'] } }),
    plannedStep('discard', 'do', { ms: 3000, step: { pays: ['unpack'] } }),
  ],
});

export const restoreRun: readonly RunEvent[] = stamp([
  ['05:10:04', { type: 'run-started', plan: restorePlan, mode: 'yes', by: 'gitlab@runner-7', format: 1 }],
  ['05:10:04', answered('plan')],
  ['05:10:05', passed('identity', 'held', 'this cluster; MariaDB 10.11.19 on both sides')],
  ['05:10:06', passed('room', 'held', 'needs 36.3 GiB, least free 58.0 GiB, 10 min ago')],
  ['05:10:08', passed('volumes-stay', 'held', 'whenScaled Retain; no owner, no autoscaler')],
  ['05:10:08', owes('copies', 'unpack', 'galera_runbook_n5g1s7 on 3 volumes')],
  ['05:10:08', started('unpack')],
  ['05:14:17', passed('unpack', 'applied', 'prepared on 3 of 3, checksums match')],
  ['05:14:17', started('truth')],
  ['05:17:29', passed('truth', 'applied', "3 of 3 copies open with today's password, 412 tables equal")],
  ['05:17:29', answered('cut')],
  ['05:17:29', owes('traffic', 'cut', 'Service mariadb selects no pod')],
  ['05:17:29', started('cut')],
  ['05:17:31', passed('cut', 'applied', '0 of 3 members in Service mariadb')],
  ['05:17:31', answered('stop')],
  ['05:17:31', owes('members', 'stop', '3 of 3 stopped')],
  ['05:17:31', started('stop')],
  ['05:17:33', passed('stop', 'applied', "replicas 3 -> 1 -> 0, no pod mounts a member's volume")],
  ['05:17:33', started('positions')],
  ['05:17:36', passed('positions', 'applied', 'known on 3 of 3, one state UUID 36553af3')],
  ['05:17:36', answered('swap', 'openstack/lab')],
  ['05:17:36', owes('old-data', 'swap', 'the old data of 3 members, 28.4 GiB each', 'close')],
  ['05:17:36', started('swap')],
  ['05:17:38', passed('swap', 'applied', 'whole on 3 of 3')],
  ['05:17:38', answered('start')],
  ['05:17:38', started('start')],
  ['05:17:50', passed('start', 'applied', 'mariadb-server-0 first, the others by IST, no state dump')],
  ['05:17:50', { type: 'debt-paid', id: 'members', says: '3 of 3 run' }],
  ['05:17:50', started('same')],
  ['05:17:51', passed('same', 'held', '3 of 3 Synced on their proven copies, position as expected')],
  ['05:17:51', started('traffic')],
  ['05:17:53', passed('traffic', 'applied', '3 of 3 members in Service mariadb')],
  ['05:17:53', { type: 'debt-paid', id: 'traffic', says: 'clients were without a database for 0:24' }],
  ['05:17:53', started('discard')],
  ['05:17:56', passed('discard', 'applied', 'nothing of the unpacked copies is left on 3 volumes')],
  ['05:17:56', { type: 'debt-paid', id: 'copies', says: 'nothing is left' }],
  ['05:17:56', { type: 'run-ended', exit: 0, says: 'done and verified', unpaid: [] }],
]);

/** A run that fails after the cut, with a debt that nobody could pay. */
export const failedRun: readonly RunEvent[] = stamp([
  ['05:10:04', { type: 'run-started', plan: restorePlan, mode: 'interactive', by: 'sre1@bastion-1', format: 1 }],
  ['05:10:04', { ...answered('plan'), by: 'sre1@bastion-1' } as NewEvent],
  ['05:10:05', passed('identity', 'held', 'this cluster')],
  ['05:10:08', owes('traffic', 'cut', 'Service mariadb selects no pod')],
  ['05:10:08', started('cut')],
  ['05:10:09', { type: 'effect-started', step: 'cut', effect: 'patch Service mariadb' }],
  [
    '05:10:19',
    { type: 'effect-ended', step: 'cut', effect: 'patch Service mariadb', result: 'unknown', says: 'connection lost' },
  ],
  [
    '05:10:19',
    failedAt(
      'cut',
      {
        kind: 'unknown',
        expected: 'an answer of the API server',
        found: 'none for 10 s\n| EOF',
        next: 'look at the Service',
      },
      true,
    ),
  ],
  ['05:10:19', { type: 'way-out-started', reason: 'cut failed' }],
  ['05:10:20', { type: 'warned', step: 'cut', says: 'the Service could not be read' }],
  ['05:10:20', { type: 'run-ended', exit: 131, says: 'failed at cut', unpaid: ['traffic'] }],
]);
