import { z } from 'zod';
import { type Failure, failure } from '../base/failure.ts';
import type { RunEvent } from '../engine/event.ts';

/** Version of the journal's lines. A reader refuses what is newer; nothing is guessed. */
export const journalFormat = 1;

/** What a run's plan and rules look like, as `run-started` says it. Another one is refused before its plan is read. */
const runFormat = 1;

const text = z.string();
const object = z.record(z.string(), z.unknown());
const planned = z.array(z.looseObject({ step: z.looseObject({ id: text }) }));
const failed = z.looseObject({ kind: text, expected: text, found: text, next: text });

/** What folding and showing rely on, by type of event. What lies deeper was written by this program, and line by line. */
const shapes: { readonly [T in RunEvent['type']]: z.ZodType } = {
  'run-started': z.looseObject({
    plan: z.looseObject({ run: text, runbook: object, identity: object, parameters: object, steps: planned }),
    mode: text,
    by: text,
    format: z.literal(runFormat),
  }),
  'run-continued': z.looseObject({ way: text, steps: planned, mode: text, by: text, program: text }),
  'run-resumed': z.looseObject({ mode: text, by: text, program: text }),
  'lease-taken': z.looseObject({ holder: text }),
  'lease-released': z.looseObject({ holder: text }),
  'stop-asked': z.looseObject({ by: text, hard: z.boolean() }),
  'gate-opened': z.looseObject({ gate: z.looseObject({ step: text, sha256: text, shows: z.array(text) }) }),
  'gate-answered': z.looseObject({ step: text, sha256: text, answer: z.enum(['yes', 'no']), by: text }),
  'step-started': z.looseObject({ step: text, attempt: z.int(), input: object, memo: object }),
  'effect-started': z.looseObject({ step: text, effect: text }),
  'effect-ended': z.looseObject({ step: text, effect: text, result: text }),
  'step-passed': z.looseObject({ step: text, how: text, says: text, output: object, facts: object }),
  'step-failed': z.looseObject({ step: text, failure: failed, inDoubt: z.boolean() }),
  'step-skipped': z.looseObject({ step: text, reason: text }),
  warned: z.looseObject({ step: text, says: text }),
  'debt-owed': z.looseObject({ debt: z.looseObject({ id: text, step: text, says: text, due: text, payWith: object }) }),
  'debt-paid': z.looseObject({ id: text, says: text }),
  'way-out-started': z.looseObject({ reason: text }),
  'run-ended': z.looseObject({ exit: z.int(), says: text, unpaid: z.array(text) }),
  'run-closed': z.looseObject({ by: text }),
};

const runFormatOf = z.looseObject({ format: z.number() });
const envelope = z.looseObject({ v: z.int().positive(), seq: z.int().positive(), at: z.number(), type: text });

/** One event as one line, with its line feed. The envelope comes first, so that the head of a file tells version and time. */
export function writeLine(event: RunEvent): string {
  const { seq, at, type, ...rest } = event;
  return `${JSON.stringify({ v: journalFormat, seq, at, type, ...rest })}\n`;
}

export interface Journal {
  readonly events: readonly RunEvent[];
  /** What stands after the last line feed: a line whose writing was cut off. No effect followed it, so it does not count. */
  readonly torn?: string;
}

/** A journal that cannot be used: damaged, or of a program that writes what this one does not know. */
export interface Unreadable {
  readonly unreadable: 'damaged' | 'newer';
  /** `no event in line 3` */
  readonly found: string;
}

/** Where a journal is kept. */
export interface JournalPlace {
  /** `at /…/journal.jsonl` */
  readonly at: string;
  /** What to do where it is damaged. */
  readonly whenDamaged: string;
}

export function unreadableAt({ unreadable, found }: Unreadable, { at, whenDamaged }: JournalPlace): Failure {
  return unreadable === 'damaged'
    ? failure('failed', `a whole journal ${at}, one event in each line`, found, whenDamaged)
    : failure(
        'failed',
        `a journal ${at} of format ${journalFormat}`,
        found,
        'use the galera-runbook that wrote this journal, or a newer one',
      );
}

/** A whole journal. A torn last line is dropped and told; every other damage refuses the journal and names its line. */
export function readJournal(journal: string): Journal | Unreadable {
  const end = journal.lastIndexOf('\n') + 1;
  const events: RunEvent[] = [];
  for (const [index, line] of journal.slice(0, end).split('\n').slice(0, -1).entries()) {
    const event = readLine(line, index + 1);
    if ('unreadable' in event) return event;
    events.push(event);
  }
  return end === journal.length ? { events } : { events, torn: journal.slice(end) };
}

function readLine(line: string, number: number): RunEvent | Unreadable {
  const head = envelope.safeParse(parsed(line));
  if (!head.success) return damaged(number, 'no event');
  const { v, ...event } = head.data;
  if (v > journalFormat) return newer(number, `format ${v}`);
  if (event.seq !== number) return damaged(number, `event ${event.seq} in the place of event ${number}`);
  const shape = Object.hasOwn(shapes, event.type) ? shapes[event.type as RunEvent['type']] : undefined;
  if (shape === undefined) return newer(number, `an event of type ${JSON.stringify(event.type.slice(0, 40))}`);
  const run = event.type === 'run-started' ? runFormatOf.safeParse(event) : undefined;
  if (run?.success && run.data.format !== runFormat) return newer(number, `a run of format ${run.data.format}`);
  const body = shape.safeParse(event);
  if (body.success) return event as unknown as RunEvent;
  const where = body.error.issues[0]?.path.join('.') ?? '';
  return damaged(number, `a ${event.type} whose \`${where}\` is missing or wrong`);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function damaged(line: number, found: string): Unreadable {
  return { unreadable: 'damaged', found: `${found} in line ${line}` };
}

function newer(line: number, found: string): Unreadable {
  return { unreadable: 'newer', found: `${found} in line ${line}` };
}

export function isJournal(read: Journal | Unreadable): read is Journal {
  return 'events' in read;
}
