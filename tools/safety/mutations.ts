/** A safety rule switched off by a change of text. `by`: what must fail then, a test file or the robot operator. */
export interface Mutation {
  readonly id: string;
  readonly rule: number;
  readonly says: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly by: 'robot' | string;
  /** Of a slow file only the tests with this in their names. */
  readonly only?: string;
}

const robot = 'robot';

/** From the debts of a step to its work, and the other way round. */
const begun = (debts: string) => `      await this.#record.begun(doing, started, ${debts});\n`;
const beforeWork = `      const before = await observed(() => action.observe(input, look, plan.memo));
      if (before.is === 'so') return await this.#record.settled(planned, before, 'already-so', pays);
`;
const owing = `      for (const debt of plan.debts)
        await this.#journal.append({ type: 'debt-owed', debt: { ...debt, step: step.id } });
`;
const work = `    } catch (thrown) {
      return await this.#record.broken(doing, thrown, started !== undefined);
    }
    await this.#apply(doing, action, started);
`;

export const mutations: readonly Mutation[] = [
  {
    id: 'reader-writes',
    rule: 1,
    says: 'a reader may create ConfigMaps',
    file: 'docs/manifests/reader.yaml',
    from: 'resources: [configmaps]\n    verbs: [get, list]',
    to: 'resources: [configmaps]\n    verbs: [get, list, create]',
    by: 'test/project/manifests.test.ts',
  },
  {
    id: 'identity',
    rule: 2,
    says: 'nobody compares the identity before an effect',
    file: 'src/commands/driving.ts',
    from: '        await session.checkIdentity();\n',
    to: '',
    by: 'test/commands/driving.test.ts',
  },
  {
    id: 'lease',
    rule: 2,
    says: 'nobody reads the lease before an effect',
    file: 'src/commands/driving.ts',
    from: '        await holds();\n',
    to: '',
    by: robot,
  },
  {
    id: 'yes-decides',
    rule: 3,
    says: '--yes answers what only a person decides',
    file: 'src/engine/gate-policy.ts',
    from: "  yes: { terminal: 'refused', none: 'refused' },",
    to: "  yes: { terminal: 'answered', none: 'answered' },",
    by: robot,
  },
  {
    id: 'typed-word',
    rule: 3,
    says: 'a typed gate takes any word',
    file: 'src/engine/ask-gate.ts',
    from: "(gate.need === 'yes-no' || answer.typed === gate.word)",
    to: "(gate.need === 'yes-no' || answer.typed !== undefined)",
    by: robot,
  },
  {
    id: 'donor-choice',
    rule: 4,
    says: 'a donor needs no two others that are Synced, and no quorum',
    file: 'src/galera/donor.ts',
    from: '  if (!quorum.ok) return { ok: false, failure: quorum.failure, others: refused };\n',
    to: '',
    by: 'test/galera/donor.test.ts',
  },
  {
    id: 'debt-before-effect',
    rule: 5,
    says: 'a debt is journaled when the step that owes it has ended',
    file: 'src/engine/step-runner.ts',
    from: `${begun('plan.debts')}${beforeWork}${work}`,
    to: `${begun('[]')}${beforeWork}      await this.#apply(doing, action, started);\n${owing}      return;\n${work}`,
    by: robot,
  },
  {
    id: 'resync',
    rule: 5,
    says: 'the payer of a desync finds it paid without a look',
    file: 'src/actions/galera-resync.ts',
    from: "    if (seen.open.length > 0)\n      return { is: 'not-so'",
    to: "    if (seen.open.length > 99)\n      return { is: 'not-so'",
    by: robot,
  },
  {
    id: 'unproven-archive',
    rule: 6,
    says: 'a backup that was never read back may be restored',
    file: 'src/actions/backup-restorable.ts',
    from: "if (proof.level === 'none')",
    to: 'if (proof.level === undefined)',
    by: 'test/actions/backup-restorable.test.ts',
  },
  {
    id: 'read-back',
    rule: 6,
    says: 'the sum that was read back is compared with nothing',
    file: 'src/runner/scripts/prove.sh',
    from: '[ "$sha" = "$GR_SHA256" ] || fail',
    to: '[ -n "$sha" ] || fail',
    by: 'test/runner/backups.test.ts',
  },
  {
    id: 'floor',
    rule: 7,
    says: 'nothing stays free on a volume',
    file: 'src/galera/room.ts',
    from: 'return configured ?? Math.max(Math.ceil(capacityBytes * 0.05), 256 * mebibyte);',
    to: 'return configured ?? Math.ceil(capacityBytes * 0);',
    by: 'test/galera/room.test.ts',
  },
  {
    id: 'archive-before-restore',
    rule: 8,
    says: 'the archive is not compared while it is unpacked',
    file: 'src/runner/scripts/unpack.sh',
    from: '[ "$sha" = "$GR_SHA256" ] || fail',
    to: '[ -n "$sha" ] || fail',
    by: 'test/runner/unpack.test.ts',
  },
  {
    id: 'copies-differ',
    rule: 8,
    says: 'prepared copies that differ are taken',
    file: 'src/actions/restore-prove-prepared.ts',
    from: '  if (differ !== undefined || !first) return',
    to: '  if (!first) return',
    by: 'test/actions/restore.test.ts',
  },
  {
    id: 'half-of-the-old-data',
    rule: 8,
    says: 'a close that was cut short may be rolled back',
    file: 'src/commands/continue-run.ts',
    from: "if (way === 'rollback' && hasTouched(events, closingStep))",
    to: 'if (way !== way && hasTouched(events, closingStep))',
    by: 'test/commands/resume.test.ts',
  },
  {
    id: 'half-removed',
    rule: 8,
    says: 'a close does not say on the volume that it has begun',
    file: 'src/runner/scripts/discard.sh',
    from: '    [ "$phase" != whole ] || set_phase dropping\n',
    to: '',
    by: 'test/runner/swap.test.ts',
    only: 'all, cut at any moment',
  },
  {
    id: 'when-scaled',
    rule: 9,
    says: 'whenScaled Delete is no reason not to scale down',
    file: 'src/actions/stop-problems.ts',
    from: "if (whenScaled !== 'Retain')",
    to: "if (whenScaled === 'Never')",
    by: 'test/actions/statefulset-stop.test.ts',
  },
  {
    id: 'swap-fence',
    rule: 10,
    says: "pods that mount a member's volume do not count",
    file: 'src/actions/fence.ts',
    from: '    return held.length > 0 ? [{ pod, claims: held }] : [];',
    to: '    return held.length > 99 ? [{ pod, claims: held }] : [];',
    by: 'test/actions/restore.test.ts',
  },
  {
    id: 'start-half-swapped',
    rule: 10,
    says: 'members start while a swap is half',
    file: 'src/actions/swap-state.ts',
    from: '    if (half.length === 0 && (whole.length === 0 || whole.length === volumes.length)) continue;',
    to: '    if (half.length >= 0) continue;',
    by: 'test/actions/galera-start.test.ts',
  },
  {
    id: 'bootstrap-highest',
    rule: 11,
    says: 'the first member is taken, whoever is ahead',
    file: 'src/galera/bootstrap-candidate.ts',
    from: "(comparePositions(b.position, a.position) === 'ahead' ? b : a)",
    to: "(comparePositions(b.position, a.position) === 'unknown' ? b : a)",
    by: robot,
  },
  {
    id: 'bootstrap-known',
    rule: 11,
    says: 'a member whose position is unknown has no say',
    file: 'src/galera/bootstrap-candidate.ts',
    from: '  if (first === undefined || known.length < members.length) {',
    to: '  if (first === undefined) {',
    by: 'test/galera/bootstrap-candidate.test.ts',
  },
  {
    id: 'bootstrap-one-uuid',
    rule: 11,
    says: 'a member of another history has no say',
    file: 'src/galera/bootstrap-candidate.ts',
    from: '  if (known.some((each) => each.position.uuid !== first.position.uuid)) {',
    to: '  if (known.every((each) => each.position.uuid !== first.position.uuid)) {',
    by: 'test/galera/bootstrap-candidate.test.ts',
  },
  {
    id: 'setting-taken-away',
    rule: 11,
    says: 'others keep their setting to bootstrap when one is started first',
    file: 'src/actions/start-cold.ts',
    from: '        ordinal !== candidate.ordinal && (safeToBootstrap ||',
    to: '        ordinal !== candidate.ordinal && (!safeToBootstrap &&',
    by: 'test/actions/galera-start.test.ts',
  },
  {
    id: 'ist-only',
    rule: 11,
    says: 'a member that would take a state dump is started',
    file: 'src/actions/start-join.ts',
    from: "  if (forecast.by === 'aborts' || dump === 'refuse') return false;",
    to: "  if (forecast.by === 'aborts') return false;",
    by: 'test/actions/galera-start.test.ts',
  },
  {
    id: 'unproven-traffic',
    rule: 12,
    says: 'traffic returns whatever the data is',
    file: 'src/engine/step-runner.ts',
    from: 'if (!returnsTraffic(planned) || !state.unproven) return true;',
    to: 'if (planned.step.id !== undefined) return true;',
    by: 'test/engine/drive.test.ts',
  },
  {
    id: 'passed-over',
    rule: 3,
    says: 'a gate is passed over on the way forward where another hand has done what it asks for',
    file: 'src/engine/step-runner.ts',
    from: " || state.section !== 'rollback' || step.gate !== undefined) return false;",
    to: ') return false;',
    by: 'test/engine/pass-if-so.test.ts',
  },
  {
    id: 'asked-again',
    rule: 3,
    says: 'a step that passed over its gate acts unasked when its run is taken up',
    file: 'src/engine/step-runner.ts',
    from: "(planned.danger === 'destroys' || !hasActed(events, step.id, attempt))",
    to: "planned.danger === 'destroys'",
    by: 'test/engine/settle.test.ts',
  },
  {
    id: 'until',
    rule: 12,
    says: 'a check that has passed is not asked again when its run is taken up',
    file: 'src/engine/resumption.ts',
    from: "if (step.kind !== 'check' || stepState(state, step.id).is === 'skipped') return false;",
    to: "if (step.kind === 'check' || stepState(state, step.id).is === 'skipped') return false;",
    by: 'test/engine/settle.test.ts',
  },
  {
    id: 'same-data',
    rule: 12,
    says: 'a member that took a state dump runs on proven data',
    file: 'src/actions/galera-same-data.ts',
    from: '  if (dumped.length > 0) {',
    to: '  if (dumped.length > 99) {',
    by: 'test/actions/galera-same-data.test.ts',
  },
  {
    id: 'newest-good',
    rule: 13,
    says: 'the newest proven backup may go',
    file: 'src/galera/retention.ts',
    from: "    if (has(newestProven)) return 'the newest that was restored and compared';\n",
    to: '',
    by: 'test/galera/retention.test.ts',
  },
  {
    id: 'read-only-mounts',
    rule: 14,
    says: 'what is only read is mounted to be written',
    file: 'src/runner/job.ts',
    from: 'persistentVolumeClaim: { claimName: claim, readOnly },',
    to: 'persistentVolumeClaim: { claimName: claim },',
    by: 'test/runner/job.test.ts',
  },
  {
    id: 'trailer',
    rule: 15,
    says: 'an exit code of 0 is success',
    file: 'src/kubernetes/jobs.ts',
    from: "exitCode === 0 && result ? 'succeeded'",
    to: "exitCode === 0 ? 'succeeded'",
    by: 'test/kubernetes/jobs.test.ts',
  },
  {
    id: 'unknown-is-no-yes',
    rule: 16,
    says: 'an answer that was lost is taken for a no',
    file: 'src/engine/step-record.ts',
    from: "      started && found.kind === 'unknown',\n",
    to: '      false,\n',
    by: 'test/engine/drive.test.ts',
  },
  {
    id: 'safe-text',
    rule: 17,
    says: 'control characters come out',
    file: 'src/base/safe-text.ts',
    from: '\\p{Cc}',
    to: '',
    by: 'test/base/safe-text.test.ts',
  },
  {
    id: 'armed',
    rule: 18,
    says: 'what was typed before a question answers it',
    file: 'src/plain/ask.ts',
    from: "    this.#text = '';\n    return early;",
    to: '    return early;',
    by: 'test/plain/ask.test.ts',
  },
  {
    id: 'fingers',
    rule: 18,
    says: 'a name that a slow line delivers byte by byte is taken for typing',
    file: 'src/screens/typed-word.ts',
    from: 'if (!isTyped(pressed)) return pasted',
    to: 'if (!pressed.alone) return pasted',
    by: 'test/screens/gates.test.ts',
  },
  {
    id: 'armed-screen',
    rule: 18,
    says: 'a gate of the screens is live at once',
    file: 'src/screens/arming.ts',
    from: 'this.#timers.after(armedAfterMs,',
    to: 'this.#timers.after(0,',
    by: 'test/screens/gates.test.ts',
  },
];

/** The text with its one place changed. Throws where the place is not there any more. */
export function mutated(text: string, { id, from, to, file }: Mutation): string {
  if (!text.includes(from)) throw new Error(`mutation ${id}: its place in ${file} is gone: write it anew`);
  return text.replace(from, () => to);
}
