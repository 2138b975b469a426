import type { Failure } from '../../src/base/failure.ts';
import type { Debt } from '../../src/engine/action.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import type { NewEvent, Plan, PlannedStep, RunEvent } from '../../src/engine/event.ts';
import type { RunState } from '../../src/engine/state.ts';

export const day = Date.UTC(2026, 10, 21);
export const clock = (text: string): number => Date.parse(`2026-11-21T${text}Z`);

type PlannedChange = Omit<Partial<PlannedStep>, 'step'> & { readonly step?: Partial<PlannedStep['step']> };

export function plannedStep(id: string, kind: 'check' | 'do' | 'wait', change: PlannedChange = {}): PlannedStep {
  const { step, ...rest } = change;
  return {
    step: {
      id,
      title: `The step ${id}`,
      prose: '',
      line: 1,
      kind,
      action: `some.${id}`,
      with: {},
      when: [],
      pays: [],
      ...step,
    },
    input: {},
    pendingInputs: [],
    danger: kind === 'do' ? 'changes' : 'reads',
    effects: [],
    debts: [],
    memo: {},
    says: [],
    ...rest,
  };
}

export function plan(change: Partial<Plan> = {}): Plan {
  return {
    run: 'q8d4w6',
    runbook: { name: 'galera-backup', title: 'Back up a Galera cluster', sha256: `77c1d0e4${'0'.repeat(56)}` },
    parameters: { kind: 'full' },
    facts: { target: {}, run: {} },
    identity: {
      context: 'prod-east',
      namespace: 'openstack',
      cluster: 'lab',
      statefulset: 'mariadb-server',
      kubeSystemUid: '4f9c07d2-0000-4000-8000-000000000001',
      statefulSetUid: 'b21e6a90-0000-4000-8000-000000000002',
    },
    program: 'galera-runbook 0.1.0',
    readAt: clock('05:00:01'),
    steps: [],
    saw: 'ab'.repeat(32),
    ...change,
  };
}

export function stamp(events: readonly (readonly [time: string, event: NewEvent])[]): RunEvent[] {
  return events.map(([time, event], index) => ({ seq: index + 1, at: clock(time), ...event }));
}

/** Each event with the state after it, as the engine delivers them. */
export function delivered(events: readonly RunEvent[]): [RunEvent, RunState][] {
  return events.map((event, index) => [event, foldEvents(events.slice(0, index + 1))]);
}

const yes = '--yes --cluster openstack/lab';
export const hash = 'cd'.repeat(32);

export const passed = (step: string, how: 'applied' | 'already-so' | 'held', says: string): NewEvent => ({
  type: 'step-passed',
  step,
  how,
  says,
  output: {},
  facts: {},
});
export const started = (step: string): NewEvent => ({ type: 'step-started', step, attempt: 1, input: {}, memo: {} });
export const failedAt = (step: string, failure: Failure, inDoubt = false): NewEvent => ({
  type: 'step-failed',
  step,
  failure,
  inDoubt,
});
export const answered = (step: string, typed?: string): NewEvent => ({
  type: 'gate-answered',
  step,
  sha256: hash,
  answer: 'yes',
  by: yes,
  ...(typed === undefined ? {} : { typed }),
});
export const owes = (id: string, step: string, says: string, due: Debt['due'] = 'end'): NewEvent => ({
  type: 'debt-owed',
  debt: { id, step, says, due, payWith: { action: `pay.${id}`, input: {} } },
});
