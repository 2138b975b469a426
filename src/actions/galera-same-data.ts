import { type Failure, failure } from '../base/failure.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Check, Observed } from '../engine/action.ts';
import { compareTruth, type TableSum, truthText } from '../galera/data-truth.ts';
import type { MemberReading } from '../galera/member-reading.ts';
import { comparePositions, isKnown, type Position, shortPosition, shortUuid } from '../galera/position.ts';
import { agree, otherCluster } from '../galera/quorum.ts';
import { compareSeqnos, seqnoDistance } from '../galera/seqno.ts';
import type { Look } from '../target/look.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { namesDiffer, tableNames, tableSums } from './copy-truth.ts';
import { booleanField, known, objectField } from './fields.ts';
import { joinsOf } from './joins.ts';
import { knownPositions, positionFrom } from './member-position.ts';
import { readMembers } from './member-readings.ts';
import { cutBy, cutByHand, selectorText } from './traffic.ts';

const fields = { truth: objectField.required, position: objectField.optional, recheck: booleanField.optional };
const checksumMs = 2 * 60 * 60_000;
const next =
  'clients are still kept away; look at the members, then decide: galera-runbook runs rollback, or restore again';

/**
 * Every member runs on the data that was proven: the whole cluster Synced, the position that the data was prepared at and no other history,
 * no state dump since, the same tables; on request every checksum. `truth` is what `restore.prove-prepared` gave, or, for old data that
 * nobody has checksummed, the positions that the members had.
 */
export const galeraSameData: Check = {
  kind: 'check',
  name: 'galera.same-data',
  summary: 'Every member runs on the data that was proven, and on no other.',
  inputs: fields,
  outputs: ['proof'],
  async observe(input, look) {
    const { truth, position, recheck } = known(fields, input);
    const expected = wantedOf(truth ?? {}, position);
    if ('next' in expected) return { is: 'unknown', failure: expected };
    const view = await viewCluster(look);
    const open = refuseUncut(look, view);
    if (open) return { is: 'not-so', failure: open };
    const readings = await readMembers(look, view);
    const wrong = otherCluster(readings, look.config.cluster);
    if (wrong) return { is: 'not-so', failure: wrong };
    const quorum = agree(readings, { replicas: view.members.length, spare: view.members.length - 1 });
    if (!quorum.ok) return { is: quorum.unanswered ? 'unknown' : 'not-so', failure: quorum.failure };
    const moved = refusePosition(readings, expected.position);
    if (moved) return { is: 'not-so', failure: moved };
    const joined = await judgeJoins(look, view, recheck === true);
    if (joined.failure)
      return { is: joined.failure.kind === 'unknown' ? 'unknown' : 'not-so', failure: joined.failure };
    const tables = await refuseTables(look, view, expected.tables);
    if (typeof tables !== 'number') return { is: 'not-so', failure: tables };
    const checked = recheck === true ? await refuseSums(look, view, expected.tables) : undefined;
    if (checked) return { is: 'not-so', failure: checked };
    return sameText(look, view, readings, { expected, tables, recheck: recheck === true, warnings: joined.warnings });
  },
};

/** Whatever is compared below would be of yesterday: clients write on. */
function refuseUncut(look: Look, view: ClusterView): Failure | undefined {
  const { run } = look.at;
  if (cutBy(view) === run) return undefined;
  return failure(
    'unsafe',
    `Service ${look.config.service} cut by run ${run} until the data is proven`,
    `its selector is ${selectorText(view.service.selector)}: clients may have read and written data that nobody has proven`,
    `find out who changes the Service and stop it; cut it again: ${cutByHand(look)}; then galera-runbook runs repair ${run} compares once more, runs rollback ${run} goes back`,
  );
}

interface Wanted {
  readonly position: Position;
  /** Absent for old data: nobody has looked into it. */
  readonly tables?: readonly TableSum[];
}

function wantedOf(truth: JsonObject, position: JsonObject | undefined): Wanted | Failure {
  if (Array.isArray(truth.tables)) {
    const at = positionFrom(position ?? truth.position);
    if (isKnown(at)) return { position: at, tables: tableSums(truth.tables) };
  } else if (Array.isArray(truth.positions)) {
    const positions = knownPositions(truth.positions as readonly Json[]);
    const [highest] = positions.toSorted((a, b) => compareSeqnos(b.seqno, a.seqno));
    if (highest && positions.every(({ uuid }) => uuid === highest.uuid)) return { position: highest };
  }
  return failure(
    'unknown',
    'proven tables with a position, or positions of one history',
    'neither',
    'run the step that gives them again',
  );
}

function refusePosition(readings: readonly MemberReading[], position: Position): Failure | undefined {
  const off = readings.flatMap(({ member, status }) => {
    const { localUuid, lastCommitted } = status ?? {};
    const at =
      localUuid === undefined || lastCommitted === undefined ? undefined : { uuid: localUuid, seqno: lastCommitted };
    const order = comparePositions(at, position);
    return order === 'same' || order === 'ahead' ? [] : [`${member} is at ${shortPosition(at)} (${order})`];
  });
  if (off.length === 0) return undefined;
  return failure('unsafe', `every member at ${shortPosition(position)} or a little after it`, off.join('; '), next);
}

async function judgeJoins(
  look: Look,
  view: ClusterView,
  recheck: boolean,
): Promise<{ readonly failure?: Failure; readonly warnings: readonly string[] }> {
  const joins = await joinsOf(look, view.members);
  const dumped = joins.filter(({ by }) => by === 'sst');
  const text = (of: typeof joins) => of.map(({ member, because }) => `${member}: ${because}`).join('; ');
  if (dumped.length > 0) {
    return {
      warnings: [],
      failure: failure('unsafe', 'no member took a state dump: its proven copy is gone then', text(dumped), next),
    };
  }
  const unclear = joins.filter(({ by }) => by === 'unknown');
  if (unclear.length === 0) return { warnings: [] };
  // Every checksum once more says it better than any log.
  if (recheck)
    return { warnings: [`how they joined is not known, so the checksums alone prove their data: ${text(unclear)}`] };
  return {
    warnings: [],
    failure: failure(
      'unknown',
      'each log says that its member joined without a state dump',
      text(unclear),
      'look at these logs; or run again with recheck=true, which compares every checksum',
    ),
  };
}

/** The number of tables, or what differs. */
async function refuseTables(
  look: Look,
  view: ClusterView,
  wanted: readonly TableSum[] | undefined,
): Promise<number | Failure> {
  const lists = await onEach(view, async (member) => tableNames(await look.sql.tables(member)));
  const expected = wanted ? tableNames(wanted) : (lists[0]?.found ?? []);
  const differ = differing(lists, (found) => namesDiffer(expected, found));
  return differ === undefined
    ? expected.length
    : failure('unsafe', `the same ${expected.length} tables on every member`, differ, next);
}

async function refuseSums(
  look: Look,
  view: ClusterView,
  wanted: readonly TableSum[] | undefined,
): Promise<Failure | undefined> {
  const sums = await onEach(view, (member) => look.sql.checksums(member, checksumMs));
  const expected = wanted ?? sums[0]?.found ?? [];
  const differ = differing(sums, (found) => {
    const compared = compareTruth(expected, found);
    return compared.is === 'differs' ? truthText(compared) : undefined;
  });
  return differ === undefined
    ? undefined
    : failure('unsafe', `rows and checksums of ${expected.length} tables as proven, on every member`, differ, next);
}

interface Found<T> {
  readonly member: string;
  readonly found: T;
}

async function onEach<T>(view: ClusterView, read: (member: string) => Promise<T>): Promise<readonly Found<T>[]> {
  return await Promise.all(view.members.map(async ({ name }) => ({ member: name, found: await read(name) })));
}

/** What differs, with the member where it does. Undefined: nothing. */
function differing<T>(all: readonly Found<T>[], text: (found: T) => string | undefined): string | undefined {
  const differ = all.flatMap(({ member, found }) => {
    const says = text(found);
    return says === undefined ? [] : [`${member}: ${says}`];
  });
  return differ.length === 0 ? undefined : differ.join('; ');
}

interface Same {
  readonly expected: Wanted;
  readonly tables: number;
  readonly recheck: boolean;
  readonly warnings: readonly string[];
}

function sameText(
  look: Look,
  view: ClusterView,
  readings: readonly MemberReading[],
  { expected, tables, recheck, warnings }: Same,
): Observed {
  const { position } = expected;
  const highest =
    readings
      .flatMap(({ status }) => status?.lastCommitted ?? [])
      .toSorted(compareSeqnos)
      .at(-1) ?? position.seqno;
  const after = seqnoDistance(position.seqno, highest);
  const far =
    BigInt(after) > BigInt(10 * readings.length)
      ? [`${after} transactions after the proven position: more than the start of the members makes`]
      : [];
  const all = [...warnings, ...far];
  const what = expected.tables ? 'on their proven copies' : 'on their old data';
  const members = view.members.map(({ name }) => name);
  return {
    is: 'so',
    output: {
      proof: {
        members,
        uuid: position.uuid,
        seqno: position.seqno,
        at: highest,
        tables,
        checksums: recheck,
        run: look.at.run,
      },
    },
    says: `${members.length} of ${members.length} Synced ${what}, ${tables} tables, ${shortUuid(position.uuid)}:${highest}, ${after} after ${position.seqno}${recheck ? ', every checksum equal' : ''}`,
    facts: { tables, after, at: highest },
    ...(all.length > 0 ? { warnings: all } : {}),
  };
}
