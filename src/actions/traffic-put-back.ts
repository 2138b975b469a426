import { type Failure, FailureError, fail, failure } from '../base/failure.ts';
import { canonical } from '../base/json.ts';
import type { Action } from '../engine/action.ts';
import { agree } from '../galera/quorum.ts';
import type { Hands, Look } from '../target/look.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { known, objectField, textField } from './fields.ts';
import { readMembers } from './member-readings.ts';
import { memberText } from './member-text.ts';
import { poll } from './poll.ts';
import { cutBy, cutKey, type Selector, selectorText, servedText, serviceRef, withoutCut } from './traffic.ts';

const fields = { service: textField.required, selector: objectField.required, run: textField.required };
const wholeMs = 5 * 60_000;
const servedMs = 120_000;

/**
 * Takes the cut out of the Service's selector, and nothing else. Only to a cluster that is whole: every member Synced in one Primary Component. Whether the
 * data is proven is not asked here: the engine does not run this before the check that proves it.
 */
export const trafficPutBack: Action = {
  kind: 'do',
  name: 'traffic.put-back',
  summary: "Puts the members back into the clients' Service.",
  inputs: fields,
  outputs: ['members'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: false,

  async plan(input, look) {
    const { service, selector, run } = inputOf(input);
    const wrong = otherService(look, service);
    if (wrong) return wrong;
    return {
      effects: [
        {
          object: `Service ${service}`,
          field: 'selector',
          from: `with ${selectorText({ [cutKey]: run })}`,
          to: `${selectorText(selector)}, or as somebody else has changed it meanwhile`,
        },
      ],
      debts: [],
      memo: {},
      says: [`every member is in Service ${service} again, once all are Synced`],
      ms: 2000,
    };
  },

  async observe(input, look) {
    const { service, selector } = inputOf(input);
    const view = await viewCluster(look);
    const expected = `Service ${service} not cut, with every ready member in it`;
    const notSo = (found: string, next: string) =>
      ({ is: 'not-so', failure: failure('failed', expected, found, next) }) as const;
    if (cutBy(view) !== undefined)
      return notSo(`it is cut by run ${cutBy(view)}`, `galera-runbook runs repair ${cutBy(view)}`);
    const changed = changedText(selector, view);
    if (left(view).length > 0)
      return notSo(
        [`${servedText(look, view)}, ${left(view).join(', ')} not`, ...changed].join('; '),
        'look at the selector and the EndpointSlices of the Service',
      );
    return {
      is: 'so',
      output: { members: view.members.filter((m) => m.inService).map((m) => m.name) },
      says: servedText(look, view),
      ...(changed.length > 0 ? { warnings: changed } : {}),
    };
  },

  async apply(input, hands) {
    const { service, run } = inputOf(input);
    const wrong = otherService(hands, service);
    if (wrong) throw new FailureError(wrong);
    const view = await viewCluster(hands);
    const by = cutBy(view);
    if (by !== undefined && by !== run)
      fail(
        'refused',
        `Service ${service} cut by run ${run}`,
        `run ${by} has cut it`,
        `end that run: galera-runbook runs repair ${by}`,
      );
    if (by === run) {
      await whole(hands, service);
      await putBack(hands, run);
    }
    await poll(hands, {
      expected: `every ready member in Service ${service}`,
      next: 'look at the EndpointSlices of the Service and at the readiness of the pods',
      deadlineMs: servedMs,
      async look() {
        const now = await viewCluster(hands);
        return left(now).length > 0
          ? { waits: `${servedText(hands, now)}; waits for ${left(now).join(', ')}` }
          : { done: true };
      },
    });
  },
};

function inputOf(input: Parameters<Action['plan']>[0]): { service: string; selector: Selector; run: string } {
  const { service, selector, run } = known(fields, input);
  if (service === undefined || selector === undefined || run === undefined) {
    fail('failed', 'service, selector and run of what was cut', 'not all given', 'put the selector back by hand');
  }
  return { service, selector: selector as Selector, run };
}

function otherService(look: Look, service: string): Failure | undefined {
  if (service === look.config.service) return undefined;
  return failure(
    'refused',
    `the Service that was cut, ${service}`,
    `the configuration names ${look.config.service}`,
    'name it in the configuration again until this run has ended',
  );
}

/** Ready members that the Service does not have yet; with none ready at all, every member. */
function left(view: ClusterView): string[] {
  const ready = view.members.filter((member) => member.pod?.ready && !member.pod.deleting);
  return (ready.length > 0 ? ready : view.members).filter((member) => !member.inService).map((member) => member.name);
}

async function whole(hands: Hands, service: string): Promise<void> {
  let problems: Failure | undefined;
  try {
    await poll(hands, {
      expected: 'every member Synced in one Primary Component',
      next: 'see galera-runbook status',
      deadlineMs: wholeMs,
      async look() {
        const view = await viewCluster(hands);
        const readings = await readMembers(hands, view);
        const quorum = agree(readings, { replicas: view.members.length, spare: view.members.length - 1 });
        if (quorum.ok) return { done: true };
        problems = quorum.failure;
        return { waits: readings.map((reading) => memberText(reading)).join('; ') };
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof FailureError) || !problems) throw thrown;
    const next = `mend the cluster, then put traffic back: galera-runbook runs repair ${hands.at.run}`;
    fail('unsafe', `${problems.expected}, before clients reach Service ${service} again`, problems.found, next, thrown);
  }
}

/** What somebody else has made of the selector since it was cut stays: it is told, not taken back. */
function changedText(selector: Selector, view: ClusterView): string[] {
  const now = withoutCut(view.service.selector);
  if (canonical(now) === canonical(selector)) return [];
  return [
    `the selector was changed while it was cut, and stays so: it is ${selectorText(now)}, it was ${selectorText(selector)}`,
  ];
}

/** Read again right before: the guard refuses when the Service has changed since. */
async function putBack(hands: Hands, run: string): Promise<void> {
  const { service } = await viewCluster(hands);
  if (service.selector[cutKey] !== run) return;
  await hands.kube.patch(
    serviceRef(hands),
    { spec: { selector: { [cutKey]: null } } },
    { uid: service.uid, resourceVersion: service.resourceVersion },
  );
}
