import type { Obj } from '../target/kubernetes.ts';
import type { Hands, Look } from '../target/look.ts';
import { plainName } from './backup-index.ts';
import { configMap, putConfigMap } from './config-map.ts';
import type { Leftover } from './volume-list.ts';

/** What the backup volume had when a runner last listed it: kept in the cluster, because reading starts no pod (design §5). */
export interface VolumeReading {
  readonly run: string;
  /** The Job that listed it. */
  readonly job: string;
  readonly claim: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Ids of backups that are whole. */
  readonly found: readonly string[];
  readonly added: readonly string[];
  readonly corrected: readonly { readonly id: string; readonly why: string }[];
  readonly leftovers: readonly Leftover[];
}

const key = 'reading.json';

const nameOf = ({ config }: Look) => `galera-runbook-backup-volume-${plainName(config.cluster)}`;

/** The last reading of the configured claim. One that is damaged, or of another claim, is none. */
export async function lastReading(look: Look): Promise<VolumeReading | undefined> {
  const found: Obj | undefined = await look.kube.get(configMap(look, nameOf(look)));
  const reading = readingOf(String(found?.data?.[key] ?? ''));
  return reading?.claim === look.config.backups.claim ? reading : undefined;
}

function readingOf(text: string): VolumeReading | undefined {
  try {
    const reading = JSON.parse(text) as VolumeReading;
    const { found, added, corrected, leftovers, run, job, claim } = reading;
    const lists = [found, added, corrected, leftovers].every(Array.isArray);
    const texts = [run, job, claim].every((value) => typeof value === 'string');
    return lists && texts && typeof reading.at === 'number' ? reading : undefined;
  } catch {
    return undefined;
  }
}

export async function writeReading(hands: Hands, reading: VolumeReading): Promise<void> {
  const data = { [key]: JSON.stringify(reading) };
  await putConfigMap(hands, nameOf(hands), { kind: 'backup-volume', data });
}
