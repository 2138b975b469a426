import { fail, failure } from '../base/failure.ts';
import type { Action } from '../engine/action.ts';
import { viewCluster } from './cluster-view.ts';
import { poll } from './poll.ts';
import { cut, cutBy, cutKey, selectorText, servedText, trafficDebt, withoutCut } from './traffic.ts';

const deadlineMs = 120_000;
const next = 'find out who changes the Service (a controller, a GitOps tool) and stop it; then run the step again';

/**
 * Takes every member out of the clients' Service by a selector that no pod has. Connections that are open survive a change of a selector
 * (the connection tracking of kube-proxy): `statefulset.stop` ends them, this keeps new ones away.
 */
export const trafficCut: Action = {
  kind: 'do',
  name: 'traffic.cut',
  summary: "Takes all members out of the clients' Service.",
  inputs: {},
  outputs: ['selector'],
  maxDanger: 'disrupts',
  danger: () => 'disrupts',
  owes: true,
  stoppable: false,

  async plan(_input, look) {
    const view = await viewCluster(look);
    const { run } = look.at;
    const by = cutBy(view);
    if (by !== undefined && by !== run) {
      const found = `run ${by} has cut it`;
      return failure(
        'refused',
        `Service ${look.config.service} not cut by another run`,
        found,
        `end that run first: galera-runbook runs repair ${by}`,
      );
    }
    const selector = withoutCut(view.service.selector);
    if (Object.keys(selector).length === 0) {
      const where = `Service ${look.config.service}`;
      return failure(
        'refused',
        `a selector on ${where}`,
        'none: its endpoints are kept by something else',
        'cut the traffic there by hand, or name the Service that selects the members',
      );
    }
    const { service } = look.config;
    return {
      effects: [
        {
          object: `Service ${service}`,
          field: 'selector',
          from: selectorText(selector),
          to: `the same and ${selectorText({ [cutKey]: run })}`,
        },
      ],
      debts: [
        {
          id: trafficDebt(service),
          says: `Service ${service} selects no pod`,
          due: 'end',
          payWith: { action: 'traffic.put-back', input: { service, selector, run } },
        },
      ],
      memo: { selector },
      says: [`clients get no new connection through Service ${service}`],
      foretold: { selector },
      ms: 2000,
    };
  },

  async observe(_input, look, memo) {
    const view = await viewCluster(look);
    const by = cutBy(view);
    const served = servedText(look, view);
    if (by !== look.at.run) {
      const found = by === undefined ? `selector ${selectorText(view.service.selector)}` : `cut by run ${by}`;
      return {
        is: 'not-so',
        failure: failure('failed', `Service ${look.config.service} cut by this run`, found, next),
      };
    }
    if (view.members.some((member) => member.inService)) {
      return {
        is: 'not-so',
        failure: failure(
          'failed',
          `no member in Service ${look.config.service}`,
          served,
          'wait for the EndpointSlice controller, then run the step again',
        ),
      };
    }
    return { is: 'so', output: { selector: memo.selector ?? withoutCut(view.service.selector) }, says: served };
  },

  async apply(_input, hands) {
    const { run } = hands.at;
    const view = await viewCluster(hands);
    const by = cutBy(view);
    const { service } = hands.config;
    if (by !== undefined && by !== run)
      fail(
        'refused',
        `Service ${service} not cut by another run`,
        `run ${by} has cut it`,
        `end that run first: galera-runbook runs repair ${by}`,
      );
    if (by === undefined) await cut(hands, view);
    const stays = await poll(hands, {
      expected: `no member in Service ${service}`,
      next,
      deadlineMs,
      async look() {
        const now = await viewCluster(hands);
        if (cutBy(now) !== run) return { done: false };
        return now.members.some((member) => member.inService) ? { waits: servedText(hands, now) } : { done: true };
      },
    });
    // Whether clients came in meanwhile nobody can tell.
    if (!stays) fail('unknown', `Service ${service} stays cut`, 'somebody put its selector back', next);
  },
};
