import type { Json, JsonObject } from '../base/json.ts';
import { dataBytes, volumeOf } from './datadir.ts';
import { bytesOf, type Dir, isDir, isFile, type Node, namesIn, nodeAt, withNode } from './tree.ts';
import { log, namespace, type RunnerMount, type RunnerState, type Volume, type World } from './world.ts';

const mebibyte = 1024 ** 2;
const progressEveryMs = 2000;

/** A runner ends with its three sentences, as `fail` of common.sh does. */
export class RunnerFailed extends Error {
  readonly expected: string;
  readonly found: string;
  readonly next: string;
  constructor(expected: string, found: string, next: string) {
    super(found);
    this.expected = expected;
    this.found = found;
    this.next = next;
  }
}

export const again = "look at the step's output";
export const defect = 'this is a defect of the program: report it';

/** What common.sh gives a verb: values, files on the mounted volumes, room, and the lines of the log. */
export class Shell {
  readonly world: World;
  readonly pod: string;

  constructor(world: World, pod: string) {
    this.world = world;
    this.pod = pod;
  }

  get state(): RunnerState {
    const state = this.world.runners[this.pod];
    if (state === undefined) throw new Error(`no runner in ${this.pod}`);
    return state;
  }

  set(more: Partial<RunnerState>): void {
    this.world.runners[this.pod] = { ...this.state, ...more };
  }

  value(name: string): string {
    return this.state.values[name] ?? '';
  }

  number(name: string): number {
    return Number(this.value(name));
  }

  keep(name: string, value: Json): void {
    this.set({ vars: { ...this.state.vars, [name]: value } });
  }

  kept<T extends Json>(name: string, otherwise: T): T {
    return (this.state.vars[name] as T | undefined) ?? otherwise;
  }

  // --- the log

  print(line: string): void {
    log(this.world, this.pod, line);
  }

  say(word: string, value: JsonObject): void {
    this.print(`@@galera-runbook ${word} ${JSON.stringify(value)}`);
  }

  row(value: JsonObject): void {
    this.set({ rows: this.state.rows + 1 });
    this.say('row', value);
  }

  /** Every 2 s, as the scripts look. */
  progress(phase: string, bytes: number, total: number, now = false): void {
    if (!now && this.world.now - this.state.saidAt < progressEveryMs) return;
    this.set({ saidAt: this.world.now });
    this.say('progress', { phase, bytes: Math.floor(Math.min(bytes, total)), total: Math.floor(total) });
  }

  fail(expected: string, found: string, next: string): never {
    throw new RunnerFailed(expected, found, next);
  }

  succeed(outcome: JsonObject): void {
    this.keep('outcome', outcome);
  }

  // --- files

  at(path: string): { readonly mount: RunnerMount; readonly volume: Volume; readonly path: string } {
    const mount = this.state.mounts
      .filter((each) => path === each.path || path.startsWith(`${each.path}/`))
      .toSorted((a, b) => b.path.length - a.path.length)[0];
    if (mount === undefined) return this.fail(`${path} on a mounted volume`, 'none is mounted there', defect);
    const below = `${mount.subPath}/${path.slice(mount.path.length)}`;
    return { mount, volume: volumeOf(this.world, mount.volume), path: below };
  }

  node(path: string): Node | undefined {
    const { volume, path: below } = this.at(path);
    return nodeAt(volume.root, below);
  }

  dir(path: string): Dir {
    const node = this.node(path);
    return isDir(node) ? node : { dir: {} };
  }

  exists(path: string): boolean {
    return this.node(path) !== undefined;
  }

  text(path: string): string | undefined {
    const node = this.node(path);
    return isFile(node) ? node.text : undefined;
  }

  names(path: string): string[] {
    return namesIn(this.node(path));
  }

  size(path: string): number {
    return bytesOf(this.node(path));
  }

  data(path: string): number {
    return dataBytes(this.dir(path));
  }

  put(path: string, node: Node | undefined): void {
    const { mount, volume, path: below } = this.at(path);
    if (mount.readOnly || volume.readOnly)
      this.fail(`${path} writable`, 'Read-only file system', 'look at the volume; then run the step again');
    const root = withNode(volume.root, below, node);
    const more = bytesOf(root) - bytesOf(volume.root);
    if (more > 0 && more > freeOf(volume))
      this.fail(
        `room for ${path}`,
        'No space left on device',
        'make room there or enlarge the volume, then run the step again',
      );
    this.world.volumes[mount.volume] = { ...volume, root };
  }

  write(path: string, text: string): void {
    this.put(path, { bytes: text.length, text });
  }

  remove(path: string): void {
    if (this.exists(path)) this.put(path, undefined);
  }

  /** A rename that never replaces anything. */
  move(name: string, from: string, to: string): void {
    const node = this.node(`${from}/${name}`);
    if (this.exists(`${to}/${name}`)) {
      this.fail(
        `no ${name} in ${to}`,
        `it is there, and in ${from} too`,
        'something else writes on this volume: find out what before going on; nothing is lost',
      );
    }
    if (node === undefined) this.fail(`${name} in ${from}`, 'it is gone', again);
    this.put(`${from}/${name}`, undefined);
    this.put(`${to}/${name}`, node);
  }

  /** Names that belong to the data; not what stays in place when data is swapped. */
  entries(path: string): string[] {
    const stays = [/^lost\+found$/, /^galera_runbook_/, /\.pem$/, /^\.my\.cnf$/];
    return this.names(path).filter((name) => !stays.some((pattern) => pattern.test(name)));
  }

  // --- room

  free(path: string): number {
    return freeOf(this.at(path).volume);
  }

  floor(path: string): number {
    const reserve = this.value('RESERVE');
    return reserve === '' ? Math.max(this.at(path).volume.totalBytes / 20, 256 * mebibyte) : Number(reserve);
  }

  requireRoom(path: string, bytes: number, what: string): void {
    const [free, floor] = [this.free(path), this.floor(path)];
    if (free >= bytes + floor) return;
    this.fail(
      `${up(bytes + floor)} free on the volume of ${path}: ${up(bytes)} for ${what}, ${up(floor)} reserve`,
      `${down(free)} free`,
      'make room there or enlarge the volume, then run the step again',
    );
  }

  aboveFloor(path: string): void {
    const [free, floor] = [this.free(path), this.floor(path)];
    if (free >= floor) return;
    this.fail(
      `at least ${up(floor)} free on the volume of ${path} while ${this.state.verb} writes`,
      `${down(free)} free`,
      'make room there or enlarge the volume, then run the step again; what was written is removed',
    );
  }

  /** Milliseconds that so many bytes take on the slowest of the mounted volumes. */
  takes(bytes: number, bytesPerSecond: number): number {
    const percent = Math.min(
      ...this.state.mounts.map((mount) => volumeOf(this.world, mount.volume).speedPercent ?? 100),
    );
    return (bytes / ((bytesPerSecond * percent) / 100)) * 1000;
  }

  /** The account's password as the kubelet mounts it. */
  password(): string {
    const { secret } = this.state;
    const encoded: string = this.world.objects[`Secret/${namespace}/${secret?.name}`]?.data?.[secret?.key ?? ''] ?? '';
    return Buffer.from(encoded, 'base64').toString('utf8');
  }

  // --- swaps

  phaseOf(work: string): string {
    return this.text(`${work}/state/swap.phase`) ?? 'none';
  }

  requireWork(): string {
    const work = this.value('WORK');
    if (!/\/galera_runbook_[^/]+$/.test(work)) this.fail('a work folder named galera_runbook_RUN', work, defect);
    return work;
  }

  /** Work folders on the volume of the data directory. */
  workFolders(): string[] {
    const data = this.value('DATADIR');
    const root = this.at(data).mount.path;
    return this.names(root)
      .filter((name) => name.startsWith('galera_runbook_') && isDir(this.node(`${root}/${name}`)))
      .map((name) => `${root}/${name}`);
  }
}

export function freeOf(volume: Volume): number {
  return Math.max(0, volume.totalBytes - volume.otherBytes - bytesOf(volume.root));
}

/** A need rounds up and what is there rounds down. */
export function up(bytes: number): string {
  return `${Math.ceil(bytes / mebibyte)} MiB`;
}

export function down(bytes: number): string {
  return `${Math.floor(bytes / mebibyte)} MiB`;
}
