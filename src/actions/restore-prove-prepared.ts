import { type FailureError, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Action, Observed } from '../engine/action.ts';
import { compareTruth } from '../galera/data-truth.ts';
import type { Manifest } from '../galera/manifest.ts';
import { shortPosition } from '../galera/position.ts';
import type { Hands, Look } from '../target/look.ts';
import { accountSecretProblem } from './account-secret.ts';
import { type IndexEntry, isGood, writeProof } from './backup-index.ts';
import { viewCluster } from './cluster-view.ts';
import { type CopyTruth, copiesDiffer, namesDiffer, sumsJson, tableNames, tableSums } from './copy-truth.ts';
import { known, listField } from './fields.ts';
import { deadlines, memberJob } from './member-job.ts';
import { workFolder } from './place.ts';
import { everyMember, onePosition, type Prepared, preparedFrom } from './prepared.ts';
import { type EndedJob, endedJobs, isObserved } from './step-jobs.ts';
import { runMeasured } from './volume-measures.ts';
import { wantedEntry } from './wanted-entry.ts';

const fields = { prepared: listField.required };
const bytesPerMs = 300_000;

/**
 * Opens every prepared copy with a server of its own, without network and cluster, and compares what is in them: between the members, and
 * with the manifest. All of it while the database is up, so that what fails here costs nothing (design §6.8).
 */
export const restoreProvePrepared: Action = {
  kind: 'do',
  name: 'restore.prove-prepared',
  summary: 'Opens every prepared copy with a scratch server and compares rows and checksums.',
  inputs: fields,
  outputs: ['tables', 'objects', 'position', 'members'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: true,

  async plan(input, look) {
    const { prepared } = known(fields, input);
    const copies = prepared ? preparedFrom(prepared) : [];
    const entry = copies[0] ? await entryOf(look, copies[0]) : undefined;
    const missing = await accountSecretProblem(look);
    if (missing) return missing;
    const manifest = entry && 'manifest' in entry ? entry.manifest : undefined;
    return {
      effects: copies.map(({ member }) => ({
        object: `prepared copy of ${member}`,
        field: 'files of the scratch server',
        from: 'none',
        to: 'what a server writes when it opens the data read-only',
      })),
      debts: [],
      memo: {},
      says: [
        "a scratch server opens each copy with today's credentials; rows and checksums are compared, and kept to compare with after the start",
      ],
      ...(manifest
        ? { ms: Math.round(manifest.dataBytes / bytesPerMs + 5000), bytes: manifest.dataBytes * copies.length }
        : {}),
    };
  },

  async observe(input, look) {
    const copies = preparedFrom(known(fields, input).prepared ?? []);
    const reports = await endedJobs(look, copies);
    if (isObserved(reports)) return reports;
    const entry = copies[0] ? await entryOf(look, copies[0]) : undefined;
    if (!entry || 'expected' in entry)
      return { is: 'unknown', failure: entry ?? failure('unknown', 'prepared copies', 'none', 'unpack again') };
    const judged = judge(copies, reports, entry);
    if (judged.is !== 'so' || isMarked(look, entry)) return judged;
    const expected = `${entry.id} marked as restored and compared by run ${look.at.run}`;
    return { is: 'not-so', failure: failure('failed', expected, `level ${entry.proof.level}`, 'run the step again') };
  },

  async apply(input, hands) {
    const copies = preparedFrom(known(fields, input).prepared ?? []);
    const view = await viewCluster(hands);
    const members = everyMember(
      view,
      copies.map(({ member }) => member),
    );
    const { account } = hands.config;
    const specs = members.map((member) =>
      memberJob(hands, view, member, {
        verb: 'open',
        values: { WORK: workFolder(hands.at.run), USER: account.user },
        account,
        besideMember: true,
        deadlineMs: deadlines.open,
      }),
    );
    const reports = await runMeasured(hands, specs);
    const entry = copies[0] ? await entryOf(hands, copies[0]) : undefined;
    if (entry && 'manifest' in entry && judge(copies, reports, entry).is === 'so') await markRestored(hands, entry);
  },
};

async function entryOf(look: Look, copy: Prepared): Promise<IndexEntry | FailureError['failure']> {
  return await wantedEntry(look, { id: copy.backup });
}

function judge(copies: readonly Prepared[], reports: readonly EndedJob[], { id, manifest }: IndexEntry): Observed {
  const position = onePosition(copies);
  const truths = reports.map(
    ({ result }, index): CopyTruth => ({
      member: copies[index]?.member ?? '',
      tables: tableSums(result.rows),
      objects: (result.objects ?? {}) as JsonObject,
    }),
  );
  const [first] = truths;
  const expected = `${copies.length} prepared copies with the same tables, rows and checksums, and the tables of backup ${id}`;
  const notSo = (found: string): Observed => ({
    is: 'not-so',
    failure: failure('failed', expected, found, 'restore another backup; the database was not touched'),
  });
  const differ = copiesDiffer(truths);
  if (differ !== undefined || !first) return notSo(differ ?? 'no copy');
  const listed = judgeList(manifest, tableNames(first.tables));
  if (listed?.refused) return notSo(`every copy: ${listed.text}`);
  const rowsOnly = compareTruth(first.tables, first.tables).unproven;
  const warnings = [
    ...(listed ? [`tables of the backup and in its manifest differ: ${listed.text}`] : []),
    ...(rowsOnly.length > 0 ? [`compared by rows only, no checksum: ${shortList(rowsOnly)}`] : []),
  ];
  return {
    is: 'so',
    output: {
      tables: sumsJson(first.tables),
      objects: first.objects,
      position: { uuid: position.uuid, seqno: position.seqno },
      members: truths.map(({ member }) => member),
    },
    says: `${truths.length} of ${copies.length} copies open with today's password, ${first.tables.length} tables equal`,
    facts: { tables: first.tables.length, at: shortPosition(position) },
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/**
 * The manifest's list was read by SQL a moment after the copy, so a table made or dropped meanwhile stands in one of the two alone: told.
 * More than a tenth missing is no moment's work: refused. A manifest of very many tables has no list.
 */
function judgeList(
  manifest: Manifest,
  found: readonly string[],
): { readonly refused: boolean; readonly text: string } | undefined {
  const listed = tableNames(
    Object.entries(manifest.tables).flatMap(([schema, tables]) => tables.map((table) => ({ schema, table }))),
  );
  const text = listed.length === 0 ? undefined : namesDiffer(listed, found);
  if (text === undefined) return undefined;
  const there = new Set(found);
  const missing = listed.filter((name) => !there.has(name)).length;
  return { refused: missing * 10 > listed.length, text };
}

function shortList(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
}

/** The highest level of proof there is: this backup was restored and compared. One that was found broken since is not marked. */
async function markRestored(hands: Hands, entry: IndexEntry): Promise<void> {
  if (isMarked(hands, entry)) return;
  const at = new Date(hands.clock.now()).toISOString();
  await writeProof(hands, entry, { level: 'restored', at, run: hands.at.run });
}

function isMarked(look: Look, entry: IndexEntry): boolean {
  return !isGood(entry) || (entry.proof.level === 'restored' && entry.proof.run === look.at.run);
}
