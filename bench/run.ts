/**
 * The numbers of README.md, as ratios measured in one run on the lab: `npm run bench`, or some of it: `npm run bench -- status copy
 * outage`. Writes `results.md` when all of it ran. GALERA_E2E_KEEP=1 works on the lab that is up and leaves it.
 */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { galeraUp, labDown, labUp } from '../test/lab/lab.ts';
import { measureRestOnLab } from './at-rest.ts';
import { type CopyResult, copyTables, measureCopy } from './copy.ts';
import { dataBytes, makeData, sizes } from './data.ts';
import { measureOutage, type OutageResult, outageTables } from './outage.ts';
import { program } from './program.ts';
import { measureStatus } from './status.ts';
import { markdown, type Table } from './table.ts';

const parts = ['status', 'rest', 'copy', 'outage', 'screens'];
const named = process.argv.slice(2);
const wanted = (part: string) => named.length === 0 || named.includes(part);
const keep = process.env.GALERA_E2E_KEEP === '1';
const say = (text: string) => process.stdout.write(`${text}\n`);

async function measure(): Promise<Table[]> {
  const tables: Table[] = [];
  const copies: CopyResult[] = [];
  const outages: OutageResult[] = [];
  for (const size of wanted('copy') || wanted('outage') ? sizes : []) {
    say(`${size.name}: a new Galera cluster`);
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    await makeData(size.bytes);
    say(`${size.name}: ${Math.round((await dataBytes()) / 1e6)} MB of data and indexes`);
    if (wanted('copy')) copies.push(await measureCopy(size));
    if (wanted('outage')) outages.push(await measureOutage(size));
  }
  if (wanted('status') || wanted('rest')) {
    say('status and rest: a new Galera cluster');
    await galeraUp({ layout: 'root', podManagement: 'Parallel' });
    if (wanted('status')) tables.push(...(await measureStatus()));
    if (wanted('rest')) tables.push(await measureRestOnLab());
  }
  if (copies.length > 0) tables.push(...copyTables(copies));
  if (outages.length > 0) tables.push(...outageTables(outages));
  return tables;
}

const unknown = named.find((part) => !parts.includes(part));
if (unknown !== undefined) throw new Error(`${unknown}: expected ${parts.join(', ')}`);
if (named.length === 1 && named[0] === 'screens') {
  // No lab: it is measured on the practice cluster.
  const { measureScreens } = await import('./screens.ts');
  const text = (await measureScreens()).map(markdown).join('\n\n');
  say(text);
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${loadavg()[0]?.toFixed(1)} processes wanting them on average`;
  const head = `# Results of the screens\n\n${new Date().toISOString().slice(0, 10)}, ${machine}, Node ${process.versions.node}, one run of \`npm run bench -- screens\`. How: [README.md](README.md).`;
  writeFileSync(join(import.meta.dirname, 'results-screens.md'), `${head}\n\n${text}\n`);
  process.exit(0);
}
execFileSync('npm', ['run', '--silent', 'build'], { cwd: join(import.meta.dirname, '..'), stdio: 'inherit' });
if (!keep) await labUp({ fresh: true, show: true });
try {
  const text = (await measure()).map(markdown).join('\n\n');
  say(`\n${text}`);
  const head = `# Results\n\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, one run of \`npm run bench\`.`;
  if (named.length === 0 && sizes.length > 1)
    writeFileSync(join(import.meta.dirname, 'results.md'), `${head}\n\n${text}\n`);
} finally {
  rmSync(program.folder, { recursive: true, force: true });
  if (!keep) await labDown();
}
