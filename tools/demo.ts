/**
 * The main job on a real cluster, from nothing to nothing: the lab comes up, a shop is backed up, loses data and is restored, every table
 * is compared on every member, and the lab goes down. GALERA_E2E_KEEP=1 works on the lab that is up and leaves it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeShop, type Truth, truthEverywhere, truthOf } from '../test/e2e/shop.ts';
import { accounts, backupClaimName, galeraUp, kubeconfig, labDown, labUp, names, sql } from '../test/lab/lab.ts';

const cli = join(import.meta.dirname, '..', 'src', 'cli.ts');
const folder = mkdtempSync(join(tmpdir(), 'galera-runbook-demo-'));
const cluster = `${names.namespace}/${names.cluster}`;
const keep = process.env.GALERA_E2E_KEEP === '1';
const began = Date.now();
const loss = `use shop;
delete from orders where customer % 3 = 0;
drop table customers;
create table added (a int primary key);
insert into added values (1);`;

const say = (text = ''): void => void process.stdout.write(`${text}\n`);

function title(text: string): void {
  say(`\n== ${text} (${Math.round((Date.now() - began) / 1000)} s)\n`);
}

/** Runs the program as a person would, with its output as it comes; `lines` shows only that many. */
async function program(args: readonly string[], lines = Number.POSITIVE_INFINITY): Promise<void> {
  say(`$ galera-runbook ${args.join(' ')}`);
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, KUBECONFIG: kubeconfig(), XDG_CONFIG_HOME: folder, XDG_STATE_HOME: join(folder, 'state') },
    stdio: ['ignore', lines === Number.POSITIVE_INFINITY ? 'inherit' : 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout?.on('data', (chunk) => {
    shown += chunk;
  });
  const [exit] = await once(child, 'close');
  if (shown !== '') say([...shown.split('\n').slice(0, lines), '...'].join('\n'));
  if (exit !== 0) throw new Error(`galera-runbook ${args[0]} ended with exit ${exit}`);
  say();
}

function writeConfig(): void {
  const text = `targets:
  shop:
    flavour: statefulset
    namespace: ${names.namespace}
    cluster: ${names.cluster}
    statefulset: ${names.statefulSet}
    container: ${names.container}
    service: ${names.service}
    account: {user: root, secret: ${accounts.root.secret}, key: password}
    backups: {claim: ${backupClaimName('shared')}, keep: 7, reserve: 64Mi}
`;
  mkdirSync(join(folder, 'galera-runbook'));
  writeFileSync(join(folder, 'galera-runbook', 'config.yaml'), text);
  say(text);
}

/** One line a table; true when every member has what there was before the loss, and nothing else. */
function compare(before: Truth, lost: Truth, after: readonly Truth[]): boolean {
  const tables = [...new Set([before, lost, ...after].flatMap((truth) => Object.keys(truth)))].toSorted();
  const columns = ['table', 'before', 'lost', 'member 0', 'member 1', 'member 2', 'checksums'];
  const rows = tables.map((table) => {
    const same = after.every((truth) => JSON.stringify(truth[table]) === JSON.stringify(before[table]));
    const counts = [before, lost, ...after].map((truth) => truth[table]?.rows ?? '-');
    return [table, ...counts, same ? 'equal' : 'DIFFER'];
  });
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 || i === 6 ? cell.padEnd(14) : cell.padStart(9))).join(' ');
  for (const cells of [columns, ...rows]) say(line(cells).trimEnd());
  const sum = (truth: Truth) => Object.values(truth).reduce((total, { rows }) => total + Number(rows), 0);
  const equal = rows.every((cells) => cells.at(-1) === 'equal');
  say(
    `\n${sum(before)} rows in ${Object.keys(before).length} tables compared on ${after.length} members: ${equal ? 'equal' : 'NOT EQUAL'}`,
  );
  return equal;
}

async function demonstrate(): Promise<boolean> {
  title('A Kubernetes of three nodes and a Galera of three members on this machine');
  if (!keep) await labUp({ fresh: true, show: true });
  await galeraUp({ layout: 'root', podManagement: 'Parallel' });
  await makeShop(50_000);
  const before = await truthOf(0);

  title('A configuration, and a look');
  writeConfig();
  await program(['status']);

  title('Back up');
  await program(['backup', '--yes', '--cluster', cluster]);

  title('Lose data');
  say(loss);
  await sql(0, loss);
  const lost = await truthOf(0);
  if (Number(lost.orders?.rows) >= Number(before.orders?.rows))
    throw new Error('nothing was lost, so nothing would be shown');

  title('Restore');
  await program(['restore', 'latest', '--yes', '--cluster', cluster]);

  title('Compare');
  const equal = compare(before, lost, await truthEverywhere());

  title('What an auditor reads');
  await program(['transcript', 'show', 'last'], 40);
  return equal;
}

async function leave(exit: number): Promise<never> {
  rmSync(folder, { recursive: true, force: true });
  if (!keep) {
    await labDown();
    title('The lab is down; nothing is left of it but what was built');
  }
  process.exit(exit);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void leave(130));
try {
  await leave((await demonstrate()) ? 0 : 1);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await leave(1);
}
