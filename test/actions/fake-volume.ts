import { gzipSync } from 'node:zlib';
import type { JsonObject } from '../../src/base/json.ts';
import type { Manifest } from '../../src/galera/manifest.ts';
import { type FakeTarget, manifestOf } from './fake-target.ts';

/** A row of the verb `list`. */
export function complete(id: string, more: Partial<Manifest> = {}, bytes = 31_000_000): JsonObject {
  const manifest = gzipSync(JSON.stringify({ ...manifestOf(id), ...more })).toString('base64');
  return { id, state: 'complete', bytes, manifest };
}

export function partial(id: string, bytes = 5_000_000): JsonObject {
  return { id, state: 'partial', bytes };
}

export function broken(id: string): JsonObject {
  return { id, state: 'broken', bytes: 0 };
}

/** What the backup volume has from now on. */
export function volumeHas(target: FakeTarget, ...rows: readonly JsonObject[]): void {
  target.outcomes = { ...target.outcomes, list: () => ({ result: { rows, rowCount: rows.length } }) };
}

/** A copy that is at work. */
export function copying(target: FakeTarget, id: string): void {
  const name = 'galera-runbook-other1-copy-1-2';
  target.activeJob(name);
  target.change('Job', name, (job) => ({
    ...job,
    spec: { template: { spec: { containers: [{ env: [{ name: 'GR_ID', value: id }] }] } } },
  }));
}
