import type { JsonObject } from '../../src/base/json.ts';
import { applyEvent } from '../../src/engine/apply-event.ts';
import type { Plan, PlannedStep, RunEvent } from '../../src/engine/event.ts';
import { newRun, type RunState } from '../../src/engine/state.ts';
import { restorePlan, restoreRun } from '../record/canned-runs.ts';
import { uuid } from './world.ts';

const debt = (id: string, says: string, due: 'end' | 'close' = 'end') => ({
  id,
  says,
  due,
  payWith: { action: 'some.payer', input: {} },
});

const changes: { readonly [step: string]: Partial<PlannedStep> } = {
  identity: { seen: { is: 'so', says: 'this cluster; MariaDB 10.11.19 on both sides' } },
  room: { seen: { is: 'so', says: 'needs 36.3 GiB on each of 3 volumes, least free 58.0 GiB 6 h ago' } },
  'volumes-stay': { seen: { is: 'so', says: 'whenScaled Retain; no owner, no autoscaler' } },
  unpack: {
    effects: [0, 1, 2].map((ordinal) => ({
      object: `volume of claim data-mariadb-server-${ordinal}`,
      field: 'galera_runbook_k7m2q9',
      from: 'not there',
      to: '28.4 GiB, backup 20261120T210004Z prepared',
    })),
    debts: [debt('copies:k7m2q9', 'galera_runbook_k7m2q9 on 3 volumes')],
  },
  cut: { debts: [debt('traffic:mariadb', 'Service mariadb selects no pod')] },
  stop: { debts: [debt('members:mariadb-server', '3 of 3 members stopped')] },
  positions: { unknowns: ['how long it takes after a crash'] },
  swap: { debts: [debt('old-data:k7m2q9', 'old data on 3 volumes, 28.4 GiB each', 'close')] },
};
const actions: { readonly [step: string]: string } = {
  truth: 'restore.prove-prepared',
  positions: 'galera.read-positions',
  swap: 'restore.swap',
  start: 'galera.start',
  same: 'galera.same-data',
};

/** The canned restore as the real actions plan it: with a backup's position, its debts and what it keeps. */
export const fullPlan: Plan = {
  ...restorePlan,
  run: 'k7m2q9',
  parameters: {
    ...restorePlan.parameters,
    backup: { id: '20261120T210004Z', kind: 'full', cluster: 'lab', position: { uuid, seqno: '4103391' } },
  },
  steps: restorePlan.steps.map((planned) => ({
    ...planned,
    step: { ...planned.step, action: actions[planned.step.id] ?? planned.step.action },
    ...changes[planned.step.id],
  })),
};

const outputs: { readonly [step: string]: JsonObject } = {
  truth: { members: ['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2'] },
  positions: {
    positions: [0, 1, 2].map((ordinal) => ({
      member: `mariadb-server-${ordinal}`,
      uuid,
      seqno: `418438${6 + ordinal}`,
    })),
  },
};

const joins = [1, 2].map((ordinal) => ({ member: `mariadb-server-${ordinal}`, by: 'ist' }));

/** Everything that happens in the run of it, answered by a person. */
export const fullEvents: readonly RunEvent[] = restoreRun.map((event): RunEvent => {
  if (event.type === 'run-started') return { ...event, plan: fullPlan, mode: 'interactive' };
  if (event.type === 'gate-answered') return { ...event, by: 'sre1@bastion-1 on pts/3 (login uid 1000)' };
  if (event.type !== 'step-passed') return event;
  const facts = event.step === 'start' ? { joins } : event.facts;
  return { ...event, output: { ...outputs[event.step] }, facts };
});

/** The run of it, up to where a step's gate is asked. */
export function fullRun(step: string): RunState {
  const asked = fullEvents.findIndex((event) => event.type === 'gate-answered' && event.step === step);
  return fullEvents.slice(0, asked).reduce(applyEvent, newRun);
}
