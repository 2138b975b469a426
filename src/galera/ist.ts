import { comparePositions, isKnown, type Position, parsePosition } from './position.ts';
import { compareSeqnos, nextSeqno, type Seqno } from './seqno.ts';

export interface JoinForecast {
  /** `aborts`: the joiner is ahead of the group and gives up ("Reversing history" in gcs_group.cpp). */
  readonly by: 'ist' | 'sst' | 'aborts' | 'unknown';
  readonly because: string;
}

/**
 * How a member at `joiner` will join. A joiner at S needs S + 1, which the donor's cache has when `wsrep_local_cached_downto` is
 * at most S + 1 (sequences.md §2.11). That is necessary, not sufficient: since 26.4 the donor also wants what its certification
 * index refers to, which no status variable shows. So `ist` is a forecast; {@link howItJoined} is the proof.
 */
export function joinForecast(of: {
  readonly joiner: Position | undefined;
  readonly group: Position | undefined;
  /** `wsrep_local_cached_downto` of the donor; absent when unknown or empty. */
  readonly cachedDownto: Seqno | undefined;
}): JoinForecast {
  const { joiner, group, cachedDownto } = of;
  const order = comparePositions(joiner, group);
  if (order === 'other-history') return { by: 'sst', because: 'its data is of another history' };
  if (joiner !== undefined && !isKnown(joiner)) return { by: 'sst', because: 'it has no position to start from' };
  if (joiner === undefined || order === 'unknown') return { by: 'unknown', because: 'a position is not known' };
  if (order === 'ahead') return { by: 'aborts', because: 'it is ahead of the group' };
  if (cachedDownto === undefined) return { by: 'unknown', because: "the donor's cache is not known" };
  const needs = nextSeqno(joiner.seqno);
  return compareSeqnos(cachedDownto, needs) <= 0
    ? { by: 'ist', because: `it needs ${needs}, and the donor's cache begins at ${cachedDownto}` }
    : { by: 'sst', because: `it needs ${needs}, but the donor's cache begins at ${cachedDownto}` };
}

export interface Joined {
  /** `none`: it synced without any transfer, as the member does that starts the group. */
  readonly by: 'ist' | 'sst' | 'none' | 'unknown';
  /** What Galera found in grastate.dat at this start. */
  readonly saved?: Position;
  /** The joiner's own position when the transfer was found to be needed. */
  readonly from?: Position;
  /** Where IST ended. */
  readonly to?: Position;
  /** The lines that decided, as they stand in the log. */
  readonly evidence: readonly string[];
}

/**
 * Lines of a joiner that only a full state transfer writes. `SST started on joiner` and `wsrep_sst_rsync --role 'joiner'` are no
 * such lines: the script is started before anyone knows which it will be.
 */
const sstLines = [
  /SST completed on joiner/, // wsrep_sst_* scripts of MariaDB 10.11
  /Proceeding with SST/,
  /Waiting for SST streaming to complete/,
  /Cert\. index preload up to/, // replicator_str.cpp: the state came whole, only the index is loaded
  /IST will be unavailable/,
  /neither SST nor IST is possible/,
] as const;

const istLines = [
  /Receiving IST: \d+ writesets/, // not the progress lines `Receiving IST... 12.5% (…)`
  /IST completed on joiner/,
  /received from donor: Running IST/,
] as const;

function positionIn(line: string, label: string): Position | undefined {
  const at = line.indexOf(label);
  const word = at < 0 ? undefined : /^\s*([^\s,]+)/.exec(line.slice(at + label.length))?.[1];
  return word === undefined ? undefined : parsePosition(word);
}

const last = <T>(values: readonly (T | undefined)[]): T | undefined =>
  values.filter((value) => value !== undefined).at(-1);

function evidenceOf(lines: readonly string[], patterns: readonly RegExp[]): string[] {
  return lines.filter((line) => patterns.some((pattern) => pattern.test(line)));
}

/**
 * How a member joined, from the log of one start of it (MariaDB 10.11.19 with Galera 26.4.23; its newest transfer counts). Two
 * traps: with IST the log has `SST received` too, since the empty transfer is wrapped as one, but then at the joiner's own
 * position; and after a full transfer `IST received` can stand there too, for the index alone. `Bypassing state dump` is said by
 * the donor. Evidence of a full transfer always wins: it replaced the data.
 */
export function howItJoined(log: string): Joined {
  const all = log.split('\n');
  const start = all.findLastIndex((line) => line.includes('State transfer required:'));
  const lines = start < 0 ? all : all.slice(start);
  const saved = last(all.map((line) => positionIn(line, 'Found saved state:')));
  const from = start < 0 ? undefined : last(lines.slice(0, 4).map((line) => positionIn(line, 'Local state:')));
  const to = last(lines.map((line) => positionIn(line, 'IST received:')));
  const received = lines.filter((line) => /SST received: |Installed new state from SST: /.test(line));
  const foreign = received.filter((line) => {
    const position = positionIn(line, 'SST received:') ?? positionIn(line, 'Installed new state from SST:');
    return position !== undefined && from !== undefined && comparePositions(position, from) !== 'same';
  });
  const known = { ...(saved === undefined ? {} : { saved }), ...(from === undefined ? {} : { from }) };
  const sst = [...evidenceOf(lines, sstLines), ...foreign];
  if (sst.length > 0) return { by: 'sst', ...known, evidence: sst };
  const ist = evidenceOf(lines, [...istLines, /IST received: /]);
  // Without the joiner's own position nothing tells that what was received is not somebody else's data.
  if (to !== undefined && from !== undefined && evidenceOf(lines, istLines).length > 0) {
    return { by: 'ist', ...known, to, evidence: ist };
  }
  const synced = evidenceOf(lines, [/Synchronized with group, ready for connections/]);
  if (start < 0 && ist.length === 0 && received.length === 0 && synced.length > 0) {
    return { by: 'none', ...known, evidence: synced };
  }
  return { by: 'unknown', ...known, evidence: ist };
}
