import { formatBytes } from '../base/bytes.ts';
import type { Json } from '../base/json.ts';
import { objectIn, protocolLine } from './log.ts';

/** What a person reads of a runner's log. `phase`: the last one that was told, to be given with the lines that come after these. */
export interface Readable {
  readonly lines: readonly string[];
  readonly phase?: string;
}

/** Tools' words as they are, the protocol's in words. Progress is no line: only where it goes over to another phase. */
export function readable(log: readonly string[], before?: string): Readable {
  const lines: string[] = [];
  let phase = before;
  for (const text of log) {
    const [, word, json = ''] = protocolLine.exec(text) ?? [];
    if (word === undefined) {
      if (text.trim() !== '' && !text.startsWith('@@galera-runbook ')) lines.push(text.trimEnd());
      continue;
    }
    const value = objectIn(json);
    if (value === undefined) continue;
    if (word === 'progress') {
      if (typeof value.phase === 'string' && value.phase !== phase) {
        phase = value.phase;
        lines.push(phase);
      }
    } else if (word === 'volume')
      lines.push(`${textOf(value.claim)}: ${bytesOf(value.freeBytes)} of ${bytesOf(value.totalBytes)} free`);
    else if (word === 'failed') lines.push(`failed: expected ${textOf(value.expected)}, found ${textOf(value.found)}`);
    else if (word === 'row') lines.push(pairs(value));
    else if (word === 'result') lines.push(`ended: ${pairs(value)}`);
  }
  return { lines, ...(phase === undefined ? {} : { phase }) };
}

/** `schema nova, table instances, rows 412`; what is nested is left to the kept file. */
function pairs(value: { readonly [name: string]: Json }): string {
  return Object.entries(value)
    .filter(([name, of]) => typeof of !== 'object' && name !== 'manifest')
    .map(([name, of]) => `${name} ${textOf(of)}`)
    .join(', ');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '?');
}

function bytesOf(value: Json | undefined): string {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? formatBytes(value, 'down') : '?';
}
