import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { apply, makeUser, remove } from '../lab/lab.ts';

const manifests = join(import.meta.dirname, '..', '..', 'docs', 'manifests');
const group = { reader: 'galera-runbook-readers', operator: 'galera-runbook-operators' } as const;

interface Rule {
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}
type Rbac = KubernetesObject & {
  rules?: readonly Rule[];
  roleRef?: { readonly name: string };
  subjects?: readonly { readonly kind: string; readonly name: string }[];
};

/** A verb on a resource that a user is not to have after all. */
export interface Without {
  readonly resource: string;
  readonly verb: string;
}

/**
 * A user of the group that the shipped manifests name, with the manifests applied as they are. `without`: as they are but for this, under
 * names of their own. Gives the user's kubeconfig, and what takes the rights away again.
 */
export async function userWith(
  user: string,
  role: keyof typeof group,
  without?: Without,
): Promise<{ readonly kubeconfig: string; readonly remove: () => Promise<void> }> {
  const files = role === 'reader' ? ['reader.yaml'] : ['reader.yaml', 'operator.yaml'];
  const shipped = files.flatMap(objectsOf);
  const objects = without === undefined ? shipped : lessened(shipped, user, without);
  await apply(objects);
  const member = without === undefined ? group[role] : `${group[role]}-${user}`;
  return { kubeconfig: await makeUser(user, [member]), remove: () => remove(objects) };
}

function objectsOf(file: string): readonly Rbac[] {
  const documents = parseAllDocuments(readFileSync(join(manifests, file), 'utf8'));
  return documents.flatMap((document) => (document.contents === null ? [] : [document.toJS() as Rbac]));
}

function lessened(objects: readonly Rbac[], user: string, { resource, verb }: Without): readonly Rbac[] {
  const own = <T extends { readonly name?: string }>(named: T): T => ({ ...named, name: `${named.name}-${user}` });
  let taken = 0;
  const left = objects.map(({ metadata, rules, roleRef, subjects, ...rest }) => ({
    ...rest,
    metadata: own(metadata ?? {}),
    ...(rules
      ? {
          rules: rules
            .map((rule) => (rule.resources?.includes(resource) ? less(rule) : rule))
            .filter(({ verbs }) => verbs.length > 0),
        }
      : {}),
    ...(roleRef ? { roleRef: own(roleRef) } : {}),
    ...(subjects ? { subjects: subjects.map(own) } : {}),
  }));
  if (taken === 0) throw new Error(`no manifest gives ${verb} on ${resource}`);
  return left as readonly Rbac[];

  function less(rule: Rule): Rule {
    const verbs = rule.verbs.filter((each) => each !== verb);
    taken += rule.verbs.length - verbs.length;
    return { ...rule, verbs };
  }
}
