import { type Failure, failure } from '../base/failure.ts';
import type { Check } from '../engine/action.ts';
import { belongsHere, type ClusterIdentity, identityDifferences } from '../galera/manifest.ts';
import { shortPosition } from '../galera/position.ts';
import { refuseVersion } from '../galera/version.ts';
import type { Look } from '../target/look.ts';
import { type IndexEntry, identityHere, proofMarks } from './backup-index.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { known, objectField } from './fields.ts';
import { readMembers } from './member-readings.ts';
import { backupRecord } from './resolve-backup.ts';
import { wantedEntry } from './wanted-entry.ts';

const fields = { backup: objectField.required };

/** The backup is proven, of this cluster, and fits the servers that run. */
export const backupRestorable: Check = {
  kind: 'check',
  name: 'backup.restorable',
  summary: 'The backup is in the index, proven, of this cluster and of a version that these servers take.',
  inputs: fields,
  outputs: ['backup'],
  async observe(input, look) {
    const entry = await wantedEntry(look, known(fields, input).backup);
    if ('expected' in entry) return { is: 'not-so', failure: entry };
    const refused = refuseEntry(look, entry);
    if (refused) return { is: 'not-so', failure: refused };
    const version = await judgeVersion(look, entry);
    if (version.failure)
      return { is: version.failure.kind === 'unknown' ? 'unknown' : 'not-so', failure: version.failure };
    const { id, manifest, proof } = entry;
    const differences = identityDifferences(manifest, identityHere(look));
    const rebuilt = differences.length > 0;
    const warnings = [
      ...(version.warning ? [version.warning] : []),
      ...(rebuilt
        ? [
            `${id} is of a cluster of this name with other ${differences.map(({ field, backup, here }) => `${field} (${backup}, here ${here})`).join(', ')}: a rebuilt cluster, or another one`,
            `of the backup  ${identityText(manifest.identity)}`,
            `here           ${identityText(identityHere(look))}`,
          ]
        : []),
    ];
    return {
      is: 'so',
      output: { backup: backupRecord(entry) },
      says: `${id}: full, at ${shortPosition(manifest.position)}, proof ${proofMarks[proof.level]} ${proof.level} of ${proof.at}, ${version.says}`,
      facts: {
        id,
        level: proof.level,
        provenAt: proof.at,
        serverVersion: manifest.serverVersion,
        ...(rebuilt ? { rebuilt: true } : {}),
      },
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(rebuilt ? { gate: 'typed' } : {}),
    };
  },
};

/** As it stands on every screen, so that the two can be compared with each other and with that. */
function identityText({ kubeSystemUid, statefulSetUid, namespace, cluster }: ClusterIdentity): string {
  return `kube-system ${kubeSystemUid.slice(0, 8)}  StatefulSet ${statefulSetUid.slice(0, 8)}  ${namespace}/${cluster}`;
}

function refuseEntry(look: Look, { id, manifest, proof }: IndexEntry): Failure | undefined {
  const here = identityHere(look);
  if (belongsHere(manifest, here) === 'foreign') {
    return failure(
      'refused',
      `a backup of cluster ${here.cluster}`,
      `${id} is of cluster ${manifest.identity.cluster}`,
      'choose a backup of this cluster',
    );
  }
  if (manifest.identity.namespace !== here.namespace) {
    return failure(
      'refused',
      `a backup of namespace ${here.namespace}`,
      `${id} is of namespace ${manifest.identity.namespace}`,
      'choose a backup of this cluster',
    );
  }
  if (proof.gone) {
    return failure(
      'refused',
      `the archive of ${id} on claim ${look.config.backups.claim}`,
      `it was not there at ${proof.at}`,
      'look at the volume; galera-runbook backups verify reads it again',
    );
  }
  if (proof.level === 'failed') {
    return failure(
      'refused',
      `${id} read back as it was written`,
      `its proof failed at ${proof.at}`,
      'choose another backup',
    );
  }
  if (proof.level === 'none') {
    return failure(
      'refused',
      `${id} proven`,
      'not verified yet',
      `prove it first: galera-runbook backups verify ${id}`,
    );
  }
  if (manifest.kind !== 'full') {
    return failure(
      'refused',
      'a full backup',
      `${id} is ${manifest.kind}`,
      'choose a full backup: incremental ones are not restored yet',
    );
  }
  return undefined;
}

interface VersionJudged {
  readonly says: string;
  readonly failure?: Failure;
  readonly warning?: string;
}

async function judgeVersion(look: Look, { id, manifest }: IndexEntry): Promise<VersionJudged> {
  const view = await viewCluster(look);
  const readings = await readMembers(look, view);
  const versions = [...new Set(readings.flatMap(({ status }) => status?.settings.version ?? []))];
  const refused = versions
    .map((version) => refuseVersion(manifest.serverVersion, version))
    .find((each) => each !== undefined);
  if (refused) return { says: '', failure: refused };
  if (versions.length > 0) return { says: `made by ${manifest.serverVersion}, members run ${versions.join(', ')}` };
  // A cluster that is down must be restorable: the same image is the same server.
  const image = imageOf(view, look.config.container);
  if (image === manifest.image) {
    return {
      says: `made by ${manifest.serverVersion}`,
      warning: `no member answers: the version was compared by image only (${image})`,
    };
  }
  const found = `no member answers; its image is ${image}, that of the backup ${manifest.image} (${manifest.serverVersion})`;
  return {
    says: '',
    failure: failure(
      'unknown',
      `the members' server version, to compare with ${id}`,
      found,
      'start a member, or set the image of the backup, then plan again',
    ),
  };
}

function imageOf(view: ClusterView, container: string): string {
  const containers: readonly { name: string; image: string }[] = view.statefulSet.object.spec.template.spec.containers;
  return containers.find((each) => each.name === container)?.image ?? 'unknown';
}
