import { fail } from '../base/failure.ts';
import type { Obj } from '../target/kubernetes.ts';

const dataMountPath = '/var/lib/mysql';

/** Where the data directory's volume is mounted in the member's container, and the data directory there: the same folder or one below it. */
export interface DataMount {
  readonly volume: string;
  readonly path: string;
  readonly subPath?: string;
  readonly dataDirectory: string;
}

/** What counts here of a pod template's container. */
export interface Container {
  readonly name: string;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
}

/** A configured data directory names its mount; otherwise MariaDB's usual place does. Refused when none of the claims holds it. */
export function dataMountOf(statefulSet: Obj, container: Container, dataDirectory: string | undefined): DataMount {
  const templates: readonly string[] = (statefulSet.spec.volumeClaimTemplates ?? []).map((t: Obj) => t.metadata.name);
  const mounts = (container.volumeMounts ?? []).filter((m) => templates.includes(m.name));
  const guessed =
    mounts.find((m) => m.mountPath === dataMountPath) ?? mounts.find((m) => m.mountPath.includes('mysql')) ?? mounts[0];
  const holding = mounts.filter((m) => dataDirectory !== undefined && isBelow(dataDirectory, m.mountPath));
  const mount =
    dataDirectory === undefined ? guessed : holding.toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
  if (!mount && guessed && dataDirectory !== undefined) {
    fail(
      'refused',
      `${dataDirectory} on a claim of each member`,
      `claims are mounted at ${mounts.map((m) => m.mountPath).join(', ')}`,
      'correct "data-directory" in the configuration, or leave it out where it is the mount itself',
    );
  }
  if (!mount) {
    fail(
      'refused',
      `a volume claim template of StatefulSet ${statefulSet.metadata.name} mounted in its container`,
      templates.length === 0 ? 'no volume claim templates' : `templates ${templates.join(', ')}, none mounted`,
      'this flavour works on StatefulSets whose data directory is on a claim of its own',
    );
  }
  return {
    volume: mount.name,
    path: mount.mountPath,
    ...(mount.subPath ? { subPath: mount.subPath } : {}),
    dataDirectory: dataDirectory ?? mount.mountPath,
  };
}

/** The same folder or one in it. */
export function isBelow(folder: string, above: string): boolean {
  return `${trimmed(folder)}/`.startsWith(`${trimmed(above)}/`);
}

/** Without slashes at its end. */
export function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}
