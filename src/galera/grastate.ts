import { type Failure, failure } from '../base/failure.ts';
import { type Position, parseUuid } from './position.ts';
import { parseSeqno } from './seqno.ts';

/** `grastate.dat`: what Galera saved of its state when it last closed. While it runs, the seqno in it is -1. */
export interface Grastate {
  /** `2.1` today; Galera reads it and does nothing with it. */
  readonly version: string;
  readonly position: Position;
  /** Set on the member that left last in an orderly stop. Files older than Galera 3.19 have no such line. It permits, and never triggers. */
  readonly safeToBootstrap?: boolean;
}

export type GrastateRead =
  | { readonly ok: true; readonly grastate: Grastate }
  | { readonly ok: false; readonly failure: Failure };

function unreadable(found: string): GrastateRead {
  return {
    ok: false,
    failure: failure(
      'unknown',
      'a grastate.dat with version, uuid and seqno',
      found,
      'read it again; if it stays so, recover the position with mariadbd --wsrep-recover',
    ),
  };
}

const known = new Set(['version', 'uuid', 'seqno', 'safe_to_bootstrap']);

/**
 * Takes what Galera writes, with its padding (it overwrites in place and fills up with spaces), comments, CR LF and a missing
 * newline. Anything else is no position: a wrong one would bootstrap the wrong member.
 */
export function parseGrastate(text: string): GrastateRead {
  // The file is rewritten in place while a member stops, so nothing in it means "ask again", not "no history".
  if (text.trim() === '') return unreadable('an empty file');
  const values = new Map<string, string>();
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([a-z_]+):\s*(\S*)$/.exec(line);
    if (match === null) return unreadable(`the line '${line}'`);
    const [, key = '', value = ''] = match;
    if (known.has(key) && values.has(key)) return unreadable(`${key} twice`);
    values.set(key, value);
  }
  const version = values.get('version') ?? '';
  if (!/^\d+\.\d+$/.test(version)) return unreadable(`version '${version}'`);
  const uuid = parseUuid(values.get('uuid') ?? '');
  if (uuid === undefined) return unreadable(`uuid '${values.get('uuid') ?? ''}'`);
  const seqno = parseSeqno(values.get('seqno') ?? '');
  if (seqno === undefined) return unreadable(`seqno '${values.get('seqno') ?? ''}'`);
  const safe = values.get('safe_to_bootstrap');
  if (safe !== undefined && safe !== '0' && safe !== '1') return unreadable(`safe_to_bootstrap '${safe}'`);
  const grastate = { version, position: { uuid, seqno } };
  return { ok: true, grastate: safe === undefined ? grastate : { ...grastate, safeToBootstrap: safe === '1' } };
}

/**
 * Byte for byte what Galera itself writes (`saved_state.cpp`, 26.4). The newline at the end matters: Galera drops a last line
 * without one, and safe_to_bootstrap would silently become 1.
 */
export function renderGrastate(of: { readonly position: Position; readonly safeToBootstrap: boolean }): string {
  return [
    '# GALERA saved state',
    'version: 2.1',
    `uuid:    ${of.position.uuid}`,
    `seqno:   ${of.position.seqno}`,
    `safe_to_bootstrap: ${of.safeToBootstrap ? 1 : 0}`,
    '',
  ].join('\n');
}
