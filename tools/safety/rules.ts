/** A test by its file and the words in its name. */
export interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** One rule of design §6: where it is held, and by which tests. */
export interface Rule {
  readonly number: number;
  readonly says: string;
  readonly held: readonly string[];
  readonly tests: readonly NamedTest[];
}

const test = (file: string, name: string): NamedTest => ({ file: `test/${file}.test.ts`, name });

export const rules: readonly Rule[] = [
  {
    number: 1,
    says: 'A plan and a dry run write nothing.',
    held: ['src/target/look.ts', 'src/engine/plan.ts', 'docs/manifests/reader.yaml'],
    tests: [
      test('project/manifests', 'let a reader write nothing: a WebSocket to a pod is the only thing it may create'),
      test('e2e/dry-run', 'the dry run of a restore shows what would change, from and to, and writes nothing'),
    ],
  },
  {
    number: 2,
    says: 'The target is in every gate; when it changes under a run, the run stops.',
    held: ['src/engine/gate.ts', 'src/engine/gate-of-plan.ts', 'src/commands/driving.ts', 'src/commands/session.ts'],
    tests: [
      test('engine/drive', 'stops before the next effect when the target is another one'),
      test('commands/driving', 'writes nothing more once the StatefulSet is another one'),
      test('commands/driving', 'writes nothing more once another run has the lease'),
    ],
  },
  {
    number: 3,
    says: '`--yes` answers for a cluster that is named, and never what only a person decides; no prompt without a terminal.',
    held: ['src/engine/gate-policy.ts', 'src/engine/ask-gate.ts', 'src/commands/run-runbook.ts'],
    tests: [
      test('engine/gate-policy', '%s, personal %s, %s, terminal %s: %s'),
      test('engine/drive', 'without a terminal and without --yes nobody is asked and the answer is no'),
      test('engine/drive', 'a typed gate is no when another word was typed'),
    ],
  },
  {
    number: 4,
    says: 'The donor of a backup: all agree, two others Synced, not the only one that clients use, reaches the backup volume.',
    held: ['src/galera/donor.ts', 'src/galera/quorum.ts', 'src/engine/step-runner.ts'],
    tests: [
      test('galera/donor', 'stays the one that was planned, though the queue of another is shorter by now'),
      test('engine/drive', 'does not start a step whose input is another by then: exit 4, nothing owed, nothing done'),
      test('galera/donor', 'over all small states: every rule holds for the one chosen, and none is overlooked'),
      test('galera/quorum', 'only if each of three is well, over every combination'),
      test('actions/galera-checks', 'is unsafe with fewer spare members Synced than asked for'),
    ],
  },
  {
    number: 5,
    says: 'Desync ends once the queue was short three times, with the count that was before; a restarted container has lost it.',
    held: ['src/actions/galera-resync.ts', 'src/runner/scripts/copy.sh', 'src/engine/step-runner.ts'],
    tests: [
      test('actions/galera-resync', 'OFF is set once, after three samples with a short queue'),
      test('actions/galera-resync', 'a desync that is not ours is waited for, not switched off'),
      test('actions/galera-resync', 'a donor whose container was restarted, or that is gone, has no desync left'),
      test('engine/drive', 'writes a debt before the step that owes it starts, and the effect before it happens'),
    ],
  },
  {
    number: 6,
    says: 'A backup is restorable only after it was read back from the disk and compared.',
    held: ['src/actions/backup-prove.ts', 'src/actions/backup-index.ts', 'src/runner/scripts/prove.sh'],
    tests: [
      test('actions/backup-restorable', 'refuses an entry without a manifest that can be read'),
      test('actions/backup-restorable', 'takes a proof that cannot be read for none'),
      test('runner/backups', 'an archive that was cut before it was hashed is found by its own end'),
    ],
  },
  {
    number: 7,
    says: 'Room is checked in numbers before and while writing, with a floor.',
    held: ['src/galera/room.ts', 'src/runner/scripts/common.sh'],
    tests: [
      test('galera/room', 'the floor is as configured, else the larger of 5 % and 256 MiB'),
      test('galera/room', 'exactly enough is enough, a byte less is not, and unknown is a question'),
      test('runner/unpack', 'without room nothing is begun: with numbers'),
    ],
  },
  {
    number: 8,
    says: 'Before current data is touched the copy was compared, prepared and opened with the credentials of today; the old data is set aside.',
    held: [
      'src/actions/restore-unpack.ts',
      'src/actions/restore-prove-prepared.ts',
      'src/runner/scripts/unpack.sh',
      'src/runner/scripts/discard.sh',
    ],
    tests: [
      test('runner/unpack', 'a damaged archive is found by its checksum, although the tools take it'),
      test('actions/restore', 'fails when a copy differs, naming table and members'),
      test('runner/swap', 'all, cut at any moment: swap-back is refused where it began, and discard again ends it'),
      test(
        'commands/resume',
        'runs rollback is refused once what was set aside is being removed, and names what removes the rest',
      ),
    ],
  },
  {
    number: 9,
    says: 'Nothing is scaled down that would delete a claim, or that something else owns or scales.',
    held: ['src/actions/stop-problems.ts'],
    tests: [
      test('actions/statefulset-stop', 'is refused where scaling down would delete the claims'),
      test('actions/statefulset-stop', 'is refused where something else owns the StatefulSet'),
    ],
  },
  {
    number: 10,
    says: 'The swap is journaled on the volume and fenced; no member starts before it is whole on all.',
    held: ['src/actions/fence.ts', 'src/actions/swap-state.ts', 'src/runner/scripts/swap.sh'],
    tests: [
      test('actions/restore', 'touches nothing while members run'),
      test('actions/restore', 'touches nothing while any other pod mounts a volume'),
      test('actions/galera-start', 'is unsafe when the swap is whole on some members only'),
      test('actions/galera-start', 'is unsafe while a swap is half done on a member'),
      test('runner/swap', 'whatever the names, nothing is lost: one power cut, one change of mind'),
    ],
  },
  {
    number: 11,
    says: 'Bootstrap only the highest of one history, all positions known; its setting outlives nothing.',
    held: ['src/galera/bootstrap-candidate.ts', 'src/actions/start-cold.ts', 'src/actions/start-join.ts'],
    tests: [
      test(
        'galera/bootstrap-candidate',
        'over all small states: only with every position known and one history, and none is ahead of it',
      ),
      test('galera/bootstrap-candidate', 'no member is ever ahead of the one chosen, however the list is ordered'),
      test('actions/galera-start', 'a setting to bootstrap that is on a stopped member goes before it starts'),
      test(
        'actions/galera-start',
        'is unsafe before a member would take a state dump, with its seqno and what the cache has',
      ),
      test(
        'actions/statefulset-stop',
        'stops one after the other, so that ordinal 0 keeps its quorum and has the highest position',
      ),
    ],
  },
  {
    number: 12,
    says: 'Traffic returns only to data that was proven, or by a typed decision.',
    held: ['src/engine/step-runner.ts', 'src/engine/apply-event.ts', 'src/actions/galera-same-data.ts'],
    tests: [
      test('engine/drive', 'never returns to data that was replaced and not compared since, unless a person types it'),
      test('actions/galera-same-data', 'does not hold when a member took a state dump'),
      test('actions/galera-same-data', 'does not hold behind the position, or in another history'),
      test('engine/settle', 'are asked again until the step that they name has started'),
    ],
  },
  {
    number: 13,
    says: 'Retention never removes the newest good or the newest proven backup.',
    held: ['src/galera/retention.ts', 'src/actions/backup-retain.ts'],
    tests: [
      test(
        'galera/retention',
        'never removes the newest good or the newest proven backup, nor what they build on, nor what is not ours',
      ),
      test('actions/backup-retain', 'removes nothing that the plan did not name'),
    ],
  },
  {
    number: 14,
    says: 'Secrets are nowhere but in files of runners; runners are who the member is, and mount read-only what they only read.',
    held: ['src/record/redact.ts', 'src/runner/job.ts'],
    tests: [
      test('record/redact', 'does not survive anywhere in a value, keys too'),
      test('runner/job', 'gives the password as a file: no secret in the specification'),
      test('runner/job', 'goes where and as who the member is, and never sets fsGroup'),
      test('runner/job', 'mounts read-only what it only reads, in the volume and in the mount'),
    ],
  },
  {
    number: 15,
    says: 'Success is measured on the cluster, never taken from an exit code alone.',
    held: ['src/engine/step-runner.ts', 'src/kubernetes/jobs.ts'],
    tests: [
      test('kubernetes/jobs', 'has no result when the log has no trailer: the exit code alone is no success'),
      test('actions/backup-take', 'a Job without a trailer is unknown'),
    ],
  },
  {
    number: 16,
    says: 'What gives no answer is unknown, never a yes.',
    held: ['src/engine/observing.ts', 'src/engine/step-record.ts', 'src/engine/fenced-hands.ts'],
    tests: [
      test('engine/drive', 'asks again when an answer is unknown, and never takes it for a yes'),
      test('engine/drive', 'a step whose effect got no answer is in doubt, and one that was refused is not'),
      test('kubernetes/jobs', 'is unknown, not "no result", when the log of a success cannot be read now'),
    ],
  },
  {
    number: 17,
    says: 'Text from outside is made safe in one function.',
    held: ['src/base/safe-text.ts'],
    tests: [test('base/safe-text', 'nothing that moves a cursor, turns text round or hides it ever comes out')],
  },
  {
    number: 18,
    says: 'A gate opens armed: what was typed before never answers it; the default is no.',
    held: [
      'src/plain/ask.ts',
      'src/screens/gatekeeper.ts',
      'src/screens/arming.ts',
      'src/screens/yes-or-no.ts',
      'src/screens/typed-word.ts',
      'src/screens/key-reader.ts',
    ],
    tests: [
      test('screens/gates', 'takes no letters typed before it was live'),
      test('screens/gates', 'is not answered by y held down since the gate before it'),
      test('screens/gates', 'is not answered no by a key that is held down, also since before it opened'),
      test('screens/gates', 'closes and asks again when the cluster changes under it'),
      test('screens/gates', 'is no answer either where the program was too busy to read what followed'),
      test('screens/gates', 'is no name whose last letter and enter only were pasted'),
      test('plain/ask', 'a line that was typed before the question stood there'),
      test('plain/ask', 'several lines at once'),
    ],
  },
];
