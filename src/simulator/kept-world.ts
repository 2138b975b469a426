import type { Clients, Faults, World } from './world.ts';

type Fits = (value: unknown) => boolean;
type Shape<T> = { readonly [K in keyof Required<T>]: Fits };

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const number: Fits = (value) => typeof value === 'number';
const text: Fits = (value) => typeof value === 'string';
const optionalText: Fits = (value) => value === undefined || text(value);
const texts: Fits = (value) => Array.isArray(value) && value.every(text);
const objects: Fits = (value) => isObject(value) && Object.values(value).every(isObject);

const clients: Shape<Clients> = {
  service: text,
  perSecond: number,
  member: optionalText,
  carry: number,
  written: number,
  failedMs: number,
};

const faults: Shape<Faults> = {
  apiGone: (value) => typeof value === 'boolean',
  denied: texts,
  silent: texts,
  nodesDown: texts,
  cutOff: texts,
  crashing: texts,
  lostAnswers: number,
};

const world: Shape<World> = {
  format: number,
  seed: number,
  random: number,
  now: number,
  revision: number,
  serial: number,
  dataPath: text,
  cluster: text,
  objects,
  volumes: objects,
  members: objects,
  groups: objects,
  runners: objects,
  logs: objects,
  statements: objects,
  clients: (value) => misfit(clients, value) === undefined,
  faults: (value) => misfit(faults, value) === undefined,
  planned: (value) => Array.isArray(value) && value.every(isObject),
};

/** The first field that is missing or of another type; what lies deeper was written by this program. */
function misfit<T>(shape: Shape<T>, value: unknown): string | undefined {
  const kept = isObject(value) ? value : {};
  return Object.entries<Fits>(shape).find(([name, fits]) => !fits(kept[name]))?.[0];
}

/** A world that was kept as JSON; or, as text, what stands there in its place. */
export function keptWorld(value: unknown): World | string {
  if (!isObject(value)) return `${JSON.stringify(value).slice(0, 40)}`;
  if (number(value.format) && value.format !== 1) return `one of format ${value.format}, another version's`;
  const wrong = misfit(world, value);
  return wrong === undefined ? (value as unknown as World) : `one whose "${wrong}" is missing or wrong`;
}
