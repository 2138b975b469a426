import { formatBytes } from '../base/bytes.ts';
import { formatAge, formatClock } from '../base/duration.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import { parsePosition, transactionsBetween } from '../galera/position.ts';
import { reserveFloor, restoreRoom } from '../galera/room.ts';
import { restoreEstimate } from '../views/restore-pace.ts';
import type { BackupMade, BackupRow } from '../views/status-view.ts';
import { about, personText } from '../views/words.ts';
import type { Line } from './line.ts';
import { shortPositionText } from './lists.ts';
import { positionNow } from './position-now.ts';
import { valueLines } from './value-line.ts';
import type { View } from './view.ts';

/** Everything about a backup that helps to choose it (screens.md §2.8). What nobody knows is left out, or said. */
export function backupDetails(view: View, id: string, width: number): readonly Line[] {
  const row = rowsOf(view).find((each) => each.id === id);
  if (row === undefined) return [];
  const { made } = row;
  const value = (name: string, text: string) => valueLines(name, text, width);
  return [
    ...(made === undefined
      ? [
          ...value('taken', dateTimeText(row.takenAt)),
          ...value('size', row.bytes === undefined ? '?' : formatBytes(row.bytes)),
        ]
      : [
          ...value('kind', kindText(view, row, made)),
          ...value('server', serverText(view, made)),
          ...value('data', dataText(made, row.bytes)),
        ]),
    ...value('position', positionText(view, row)),
    ...(made?.archive === undefined
      ? []
      : value('sha256', `${made.archive.sha256.slice(0, 8)} ${made.archive.name}     (d shows all of it)`)),
    ...value('proof', proofText(view, row)),
    ...value('restore', restoreText(view, row)),
  ];
}

/** What retention makes of it: it never removes the newest good backup, nor the newest proven one. */
export function keptText(view: View, id: string): string {
  const rows = rowsOf(view);
  const first = (marks: string) => rows.find(({ mark }) => marks.includes(mark))?.id;
  if (first('+') === id) return 'the newest proven: retention keeps it';
  return first('+=') === id ? 'the newest good one: retention keeps it' : '';
}

function rowsOf({ state }: View): readonly BackupRow[] {
  return state.listing.last?.value.backups.rows ?? [];
}

function kindText({ state }: View, row: BackupRow, made: BackupMade): string {
  const run = state.listing.last?.value.runs.find((each) => each.run === made.run);
  const by = run === undefined ? '' : ` (${personText(run.by)})`;
  const took =
    run?.endedAt === undefined
      ? row.positionAt === undefined
        ? ''
        : `, copied in ${formatClock(row.positionAt - row.takenAt)}`
      : `, in ${formatClock(run.endedAt - run.startedAt)}`;
  return `${made.kind}, by run ${made.run}${by}, from ${made.donor}${took}`;
}

/** `10.11.19-MariaDB-log` is MariaDB 10.11.19. */
function versionOf(text: string): string {
  return /^\d+(?:\.\d+)*/.exec(text)?.[0] ?? text;
}

function serverText({ cluster }: View, made: BackupMade): string {
  const now = [...new Set(cluster.members.flatMap(({ status }) => status?.settings.version ?? []).map(versionOf))];
  const server = versionOf(made.serverVersion);
  const same =
    now.length === 0
      ? 'what the cluster runs now is not known'
      : now.length === 1 && now[0] === server
        ? 'the same as the cluster runs now'
        : `the cluster runs ${now.join(', ')} now`;
  return `MariaDB ${server}, tool ${versionOf(made.toolVersion)}, ${same}`;
}

function dataText(made: BackupMade, bytes: number | undefined): string {
  const packed =
    bytes === undefined
      ? ''
      : `; ${made.compression} to ${formatBytes(bytes)} (${Math.round((bytes / made.dataBytes) * 100)}%)`;
  // A manifest of very many tables leaves their names out.
  const tables = made.tables === 0 ? '' : `, ${made.tables} tables in ${made.schemas} schemas`;
  return `${formatBytes(made.dataBytes)}${tables}${packed}`;
}

function positionText(view: View, { position, positionAt, takenAt }: BackupRow): string {
  if (position === undefined) return 'unknown';
  const here = positionNow(view.cluster);
  const of = parsePosition(position);
  const behind = transactionsBetween(of, here);
  const now =
    behind !== undefined
      ? `, now ${behind} transactions behind`
      : here !== undefined && of !== undefined && here.uuid !== of.uuid
        ? ', of another history than the cluster has now'
        : ', how far behind now is not known';
  return `${shortPositionText(position)} as of ${clockText(positionAt ?? takenAt)}${now}`;
}

function proofText({ state }: View, { mark, proof, provenAt, made }: BackupRow): string {
  const when =
    provenAt === undefined ? '' : `  ${dateTimeText(provenAt).slice(0, 16)}Z  ${formatAge(state.now - provenAt)} ago`;
  const by = mark === '#' || made?.proofRun === undefined ? '' : `  run ${made.proofRun}`;
  return `${mark} ${proof}${when}${by}`;
}

/** Measured by the last restore that was done here; room by what runners have measured last. */
function restoreText(view: View, row: BackupRow): string {
  if (row.mark === '-') return `not possible: ${row.proof}`;
  if (row.mark === '#') return 'only once it is verified: v';
  if (row.made === undefined) return 'not known yet';
  const pace = view.state.listing.last?.value.restored;
  const room = roomText(view, row.made.dataBytes);
  if (pace === undefined) return `time not known yet: no restore was done here; ${room}`;
  const { ms, downMs } = restoreEstimate(pace, row.made.dataBytes);
  const whole = ms > 60_000 ? Math.ceil(ms / 60_000) * 60_000 : ms;
  return `about ${about(whole)}, of them ${about(downMs)} without a database; ${room}`;
}

function roomText({ state, cluster }: View, dataBytes: number): string {
  const measured = cluster.members.flatMap(({ look, measured: of }) =>
    of === undefined
      ? []
      : [
          {
            ...of,
            claim: look.claim,
            need: restoreRoom({ dataBytes, floorBytes: reserveFloor(of.totalBytes, state.target?.reserveBytes) })
              .needBytes,
          },
        ],
  );
  const small = measured.find(({ freeBytes, need }) => freeBytes < need);
  if (small !== undefined)
    return `NO ROOM on ${small.claim}: needs ${formatBytes(small.need, 'up')}, ${formatBytes(small.freeBytes, 'down')} free ${formatAge(state.now - small.at)} ago`;
  const unknown = cluster.members.length - measured.length;
  if (measured.length === 0 || cluster.members.length === 0) return 'room never measured';
  const oldest = Math.min(...measured.map(({ at }) => at));
  const ago = `room as of ${formatAge(state.now - oldest)} ago`;
  return unknown === 0 ? ago : `${ago} on ${measured.length} of ${cluster.members.length}`;
}
