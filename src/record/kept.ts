import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../base/json.ts';
import type { RunEvent } from '../engine/event.ts';

/** A field of an event above this is kept by its hash, beside the journal (design §5). Characters of JSON. */
export const keptFrom = 8 * 1024;

/** Large parts of a run's events by the SHA-256 of their text. */
export type KeptTexts = ReadonlyMap<string, string>;

const fields = ['input', 'memo', 'output', 'facts'] as const;

/** Puts `{$kept: {sha256, bytes}}` in the place of large fields. The texts must be durable before the event is. */
export function takeOut(event: RunEvent): { readonly event: RunEvent; readonly texts: KeptTexts } {
  const texts = new Map<string, string>();
  const changed: Record<string, Json> = {};
  for (const [name, value] of large(event)) {
    const text = JSON.stringify(value);
    const sha256 = createHash('sha256').update(text).digest('hex');
    texts.set(sha256, text);
    changed[name] = { $kept: { sha256, bytes: Buffer.byteLength(text) } };
  }
  return texts.size === 0 ? { event, texts } : { event: { ...event, ...changed } as RunEvent, texts };
}

function large(event: RunEvent): [string, JsonObject][] {
  return fields.flatMap((name): [string, JsonObject][] => {
    const value = (event as { readonly [field: string]: unknown })[name] as JsonObject | undefined;
    // A value that looks like a reference goes the same way, else it would be taken for one on the way back.
    return value !== undefined && (hashOf(value) !== undefined || JSON.stringify(value).length > keptFrom)
      ? [[name, value]]
      : [];
  });
}

/** The event as it was, or the hash that nobody has, or whose text is another. */
export function putBack(event: RunEvent, texts: KeptTexts): RunEvent | { readonly missing: string } {
  const changed: Record<string, unknown> = {};
  for (const name of fields) {
    const sha256 = hashOf((event as { readonly [field: string]: unknown })[name]);
    if (sha256 === undefined) continue;
    const text = texts.get(sha256);
    if (text === undefined || createHash('sha256').update(text).digest('hex') !== sha256) return { missing: sha256 };
    changed[name] = JSON.parse(text);
  }
  return { ...event, ...changed } as RunEvent;
}

function hashOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== '$kept') return undefined;
  const sha256 = (value as { readonly $kept: { readonly sha256?: unknown } | null }).$kept?.sha256;
  return typeof sha256 === 'string' ? sha256 : undefined;
}
