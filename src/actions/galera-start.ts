import { fail, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Action } from '../engine/action.ts';
import { namesOf } from '../galera/member-reading.ts';
import { agree } from '../galera/quorum.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { choiceField, countField, known, textField } from './fields.ts';
import { type Join, joinsOf } from './joins.ts';
import { readMembers } from './member-readings.ts';
import { isAnnotated } from './scale.ts';
import { coldStart } from './start-cold.ts';
import { joinOthers } from './start-join.ts';
import { somePrimary } from './start-wait.ts';
import { keepCut } from './traffic.ts';

const fields = {
  replicas: countField.required,
  'state-dump': choiceField('refuse', 'allow').optional,
  run: textField.optional,
  generation: countField.optional,
};

/**
 * Starts the cluster from whatever state it is in: all stopped, only ordinal 0 up, a start that was cut short. The one action for every
 * way, forward and back (design §5). From a full stop: reads every position, starts the member that has the highest one as a new Primary
 * Component, makes sure that the others can join it without a state dump, and starts them.
 */
export const galeraStart: Action = {
  kind: 'do',
  name: 'galera.start',
  summary: 'Starts the member with the highest position first, then the others.',
  inputs: fields,
  outputs: ['first', 'joiners'],
  maxDanger: 'disrupts',
  danger: () => 'disrupts',
  owes: false,
  stoppable: false,

  async plan(input, look) {
    const { replicas, dump } = inputOf(input);
    const view = await viewCluster(look, replicas);
    const name = `StatefulSet ${look.config.statefulset}`;
    const ordered = view.statefulSet.podManagementPolicy !== 'Parallel';
    return {
      effects: [
        {
          object: 'the member that starts first',
          field: 'grastate.dat safe_to_bootstrap',
          from: '0',
          to: '1, until a second member has joined',
        },
        { object: name, field: 'spec.replicas', from: '0', to: `1, then ${replicas}` },
      ],
      debts: [],
      memo: {},
      says: [
        `starts ${namesOf(view.members.map((member) => ({ member: member.name })))}: the one with the highest position first, then the others`,
        dump === 'refuse'
          ? 'stops before a member would have to take a state dump'
          : 'members that cannot join otherwise take a state dump: all data of the first one over the network, and what they have is deleted',
        ...(ordered
          ? [`${name} is OrderedReady: only ordinal 0 can start first, and it is refused when another one is ahead`]
          : [
              `where the first is not ordinal 0, spec.ordinals.start of ${name} holds the others back until it is up, and is taken away again`,
            ]),
      ],
      unknowns: ['which member starts first: the positions are read when all have stopped'],
      ms: 15_000,
    };
  },

  async observe(input, look) {
    const { replicas } = inputOf(input);
    const view = await viewCluster(look, replicas);
    const expected = `${replicas} of ${replicas} members Synced in one Primary Component, and none stopped by a run`;
    const next = `see galera-runbook status; go on with galera-runbook runs repair ${look.at.run}`;
    const notSo = (found: string) => ({ is: 'not-so', failure: failure('failed', expected, found, next) }) as const;
    if (view.statefulSet.replicas !== replicas) return notSo(`replicas ${view.statefulSet.replicas}`);
    if (isAnnotated(view)) return notSo('the StatefulSet is still marked as stopped');
    const quorum = agree(await readMembers(look, view), { replicas, spare: replicas - 1 });
    if (!quorum.ok && wasLeftAlone(view, input))
      return {
        is: 'so',
        output: { first: null, joiners: [] },
        says: `nothing was stopped: ${view.statefulSet.replicas} replicas, as they were found`,
      };
    if (!quorum.ok) return notSo(quorum.failure.found);
    const unready = view.members.filter((member) => !member.pod?.ready).map((member) => member.name);
    if (unready.length > 0) return notSo(`not Ready: ${unready.join(', ')}`);
    const joins = await joinsOf(look, view.members);
    const first = joins.find(({ by }) => by === 'none')?.member;
    const joiners = joins.filter(({ member }) => member !== first);
    const dumps = joiners.filter(({ by }) => by === 'sst').map(({ member }) => ({ member }));
    return {
      is: 'so',
      output: { first: first ?? null, joiners: joiners.map(({ member }) => member) },
      says: startedText(first, joiners, replicas),
      facts: { joins: joins.map(({ member, by }) => ({ member, by })) },
      ...(dumps.length > 0 ? { warnings: [`a state dump replaced all data of ${namesOf(dumps)}`] } : {}),
    };
  },

  async apply(input, hands) {
    const { replicas, dump } = inputOf(input);
    const view = await viewCluster(hands, replicas);
    await keepCut(hands, view);
    if (view.statefulSet.replicas > replicas) {
      fail(
        'refused',
        `at most ${replicas} replicas`,
        `${view.statefulSet.replicas}: somebody has scaled it up`,
        'find out who, scale it back, then run the step again',
      );
    }
    if (view.statefulSet.replicas > 0) {
      await somePrimary(hands, replicas);
      await joinOthers(hands, { replicas, dump });
    } else {
      const volumes = await coldStart(hands, replicas, dump);
      await joinOthers(hands, { replicas, dump, volumes });
    }
  },
};

/** Whoever was to stop the members has not begun: a cluster that was found down is still down, and nobody owes that it runs. */
function wasLeftAlone(view: ClusterView, input: JsonObject): boolean {
  return known(fields, input).generation === view.statefulSet.generation;
}

function inputOf(input: JsonObject): { readonly replicas: number; readonly dump: 'refuse' | 'allow' } {
  const { replicas, 'state-dump': dump } = known(fields, input);
  if (replicas === undefined || replicas < 1)
    fail('failed', 'how many members there are', 'not given', 'scale the StatefulSet by hand');
  return { replicas, dump: dump ?? 'refuse' };
}

function startedText(first: string | undefined, joiners: readonly Join[], replicas: number): string {
  if (first === undefined) return `${replicas} of ${replicas} members run, Synced`;
  const dumps = joiners.filter(({ by }) => by === 'sst');
  if (dumps.length > 0) return `${first} first; ${namesOf(dumps)} by a state dump`;
  if (joiners.every(({ by }) => by === 'ist')) return `${first} first, the others by IST, no state dump`;
  return `${first} first, the others joined; ${replicas} of ${replicas} Synced`;
}
