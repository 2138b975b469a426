import { gunzipSync, gzipSync } from 'node:zlib';
import { type Failure, failure } from '../base/failure.ts';
import type { RunEvent } from '../engine/event.ts';
import { type KeptTexts, putBack, takeOut } from './kept.ts';
import { isJournal, journalFormat, readJournal, unreadableAt, writeLine } from './line.ts';

/** A ConfigMap holds 1 MiB; its metadata and the API server's own fields need room too. Counted as base64, as it travels. */
export const mirrorLimit = 900 * 1024;
/** A gzip stream of 900 KiB could unpack to a gigabyte. */
const unpackLimit = 256 * 1024 * 1024;

const whenDamaged =
  'carry on from the journal on the bastion that began the run, or compare both before you do anything';
const journalKey = 'journal.jsonl.gz';
const outputKey = /^([0-9a-f]{64})\.json\.gz$/;

/** Contents of one ConfigMap: `data` for people, `binaryData` (base64) for the program. */
export interface MirrorData {
  readonly data: { readonly [key: string]: string };
  readonly binaryData: { readonly [key: string]: string };
}

export interface Mirror {
  readonly journal: MirrorData;
  /** Absent: no field was large enough to be kept by its hash. */
  readonly outputs?: MirrorData;
}

/** A run's journal as two ConfigMaps, or the reason why it does not fit: the run stops before its next effect. */
export function toMirror(events: readonly RunEvent[]): Mirror | Failure {
  const texts = new Map<string, string>();
  const lines = events.map((event) => {
    const taken = takeOut(event);
    for (const [sha256, text] of taken.texts) texts.set(sha256, text);
    return writeLine(taken.event);
  });
  const about = { format: String(journalFormat), events: String(events.length) };
  const journal = { data: about, binaryData: { [journalKey]: pack(lines.join('')) } };
  const outputs = {
    data: { format: about.format },
    binaryData: Object.fromEntries([...texts].map(([sha256, text]) => [`${sha256}.json.gz`, pack(text)])),
  };
  for (const [what, map] of [['journal', journal] as const, ['outputs', outputs] as const]) {
    const size = sizeOf(map);
    if (size > mirrorLimit) return tooLarge(what, size);
  }
  return texts.size === 0 ? { journal } : { journal, outputs };
}

/**
 * The events of a mirror, kept in the ConfigMap of this name. Every damage is refused: unlike a file, a ConfigMap is written whole or not at
 * all.
 */
export function fromMirror(mirror: Mirror, name: string): readonly RunEvent[] | Failure {
  const damaged = (found: string) =>
    failure('failed', `the run's whole journal in ConfigMap ${name}`, found, whenDamaged);
  const text = unpack(mirror.journal.binaryData[journalKey]);
  if (text === undefined) return damaged(`no readable ${journalKey}`);
  const read = readJournal(text);
  if (!isJournal(read)) return unreadableAt(read, { at: `in ConfigMap ${name}`, whenDamaged });
  if (read.torn !== undefined) return damaged('a journal that was cut off');
  const count = mirror.journal.data.events;
  if (count !== String(read.events.length)) return damaged(`${read.events.length} events where it says ${count}`);
  const texts = outputTexts(mirror.outputs);
  const events: RunEvent[] = [];
  for (const event of read.events) {
    const whole = putBack(event, texts);
    if ('missing' in whole) return damaged(`no output with the SHA-256 ${whole.missing}`);
    events.push(whole);
  }
  return events;
}

function outputTexts(outputs: MirrorData | undefined): KeptTexts {
  const texts = new Map<string, string>();
  for (const [key, packed] of Object.entries(outputs?.binaryData ?? {})) {
    const sha256 = outputKey.exec(key)?.[1];
    const text = unpack(packed);
    if (sha256 !== undefined && text !== undefined) texts.set(sha256, text);
  }
  return texts;
}

function pack(text: string): string {
  return gzipSync(text, { level: 9 }).toString('base64');
}

function unpack(base64: string | undefined): string | undefined {
  if (base64 === undefined) return undefined;
  try {
    const bytes = gunzipSync(Buffer.from(base64, 'base64'), { maxOutputLength: unpackLimit });
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function sizeOf({ data, binaryData }: MirrorData): number {
  const entries = [...Object.entries(data), ...Object.entries(binaryData)];
  return entries.reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
}

function tooLarge(what: string, size: number): Failure {
  const found = `${Math.ceil(size / 1024)} KiB of ${what}`;
  const next = 'end this run (its debts are paid as it ends) and start a new one: each run has a mirror of its own';
  return failure('failed', `a mirror of at most ${mirrorLimit / 1024} KiB in the cluster`, found, next);
}
