import { parseSize } from '../base/bytes.ts';
import { fail } from '../base/failure.ts';
import type { Obj } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';

/** A claim with its volume. */
export interface VolumeView {
  readonly claim: string;
  readonly claimUid?: string;
  readonly volume?: string;
  readonly accessModes: readonly string[];
  readonly capacityBytes?: number;
  /** Kubernetes nodes that the volume can be reached from; absent: any. */
  readonly nodes?: readonly string[];
  readonly bound: boolean;
}

/** A claim of the target's namespace with its volume: for the backup claim. */
export async function viewVolume(look: Look, claim: string): Promise<VolumeView> {
  const found = await look.kube.get({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace: look.config.namespace,
    name: claim,
  });
  if (!found) {
    fail(
      'refused',
      `claim ${claim} in namespace ${look.config.namespace}`,
      'no such object',
      'create the claim, or correct "backups.claim" in the configuration',
    );
  }
  return (await viewVolumes(look, [found])).get(claim) ?? unbound(claim);
}

/** Of a claim that is not there. */
export function unbound(claim: string): VolumeView {
  return { claim, accessModes: [], bound: false };
}

/** By the name of the claim. */
export async function viewVolumes(look: Look, claims: readonly Obj[]): Promise<ReadonlyMap<string, VolumeView>> {
  const views = await Promise.all(
    claims.map(async (claim): Promise<VolumeView> => {
      const name: string | undefined = claim.spec.volumeName;
      const bound = claim.status?.phase === 'Bound' && name !== undefined;
      const volume = bound ? await look.kube.get({ apiVersion: 'v1', kind: 'PersistentVolume', name }) : undefined;
      const capacity = parseSize(String(claim.status?.capacity?.storage ?? volume?.spec.capacity?.storage ?? ''));
      const nodes = volume ? nodesOf(volume) : undefined;
      return {
        claim: claim.metadata.name,
        ...(claim.metadata.uid ? { claimUid: claim.metadata.uid } : {}),
        ...(name ? { volume: name } : {}),
        accessModes: claim.spec.accessModes ?? [],
        ...(capacity === undefined ? {} : { capacityBytes: capacity }),
        ...(nodes ? { nodes } : {}),
        bound,
      };
    }),
  );
  return new Map(views.map((view) => [view.claim, view]));
}

/** Only the hostname form of node affinity, which local volumes have; zones and other labels count as "any". */
function nodesOf(volume: Obj): readonly string[] | undefined {
  const terms: readonly {
    matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
  }[] = volume.spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const names = terms.flatMap((term) =>
    (term.matchExpressions ?? []).flatMap((e) =>
      e.key === 'kubernetes.io/hostname' && e.operator === 'In' ? (e.values ?? []) : [],
    ),
  );
  return names.length > 0 ? names : undefined;
}
