/** The published rights, compared with what the code asks the API server for. That they suffice is shown on the lab (test/e2e). */
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { resourceOf } from '../../src/kubernetes/kinds.ts';
import { filesIn, readRoot } from './checkout.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly name: string }[];
}

function documents(name: string): Document[] {
  return parseAllDocuments(readRoot('docs', 'manifests', name)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Document;
  });
}

/** `pods/log: get`, `statefulsets.apps: list` */
function rights(name: string): string[] {
  const rules = documents(name).flatMap(({ rules = [] }) => rules);
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => `${group === '' ? resource : `${resource}.${group}`}: ${verb}`),
      ),
    ),
  );
}

const source = filesIn('src')
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readRoot(path))
  .join('\n');

/** What is read by a call with the kind in it; a reference that was made elsewhere is only known to be used. */
function asked(text: string): { readonly used: ReadonlySet<string>; readonly read: ReadonlySet<string> } {
  const used = new Set<string>();
  const read = new Set<string>();
  for (const [, call, apiVersion = '', kind = ''] of text.matchAll(
    /(?:\.(get|list|listWhere)\(\s*)?\{\s*apiVersion: '([^']+)',\s*kind: '(\w+)'/g,
  )) {
    const { name } = resourceOf({ apiVersion, kind });
    used.add(name);
    if (call) read.add(`${name}: ${call === 'get' ? 'get' : 'list'}`);
  }
  return { used, read };
}

const ofWriting = ['create', 'update', 'patch', 'delete', 'deletecollection', '*', 'bind', 'escalate', 'impersonate'];

describe('docs/manifests', () => {
  const { used, read } = asked(source);

  it('are compared with something', () => {
    expect(used.size).toBeGreaterThan(10);
    expect(read.size).toBeGreaterThan(8);
  });

  it('give a reader every right to read that the code uses', () => {
    const given = rights('reader.yaml');
    expect([...read].filter((right) => !given.includes(right))).toEqual([]);
    const resources = given.map((right) => right.split(': ')[0]);
    expect([...used].filter((resource) => !resources.includes(resource))).toEqual([]);
  });

  it('give a reader nothing that the code does not use', () => {
    const resources = new Set(rights('reader.yaml').map((right) => right.split(': ')[0] ?? ''));
    const subresources = ['pods/log', 'pods/portforward'];
    expect([...resources].filter((resource) => !used.has(resource) && !subresources.includes(resource))).toEqual([]);
  });

  it('let a reader write nothing: a WebSocket to a pod is the only thing it may create', () => {
    const writing = rights('reader.yaml').filter((right) => ofWriting.includes(right.split(': ')[1] ?? ''));
    expect(writing).toEqual(['pods/portforward: create']);
  });

  it('let nobody read a Secret without its name', () => {
    const rules = ['reader.yaml', 'operator.yaml'].flatMap((name) =>
      documents(name).flatMap(({ rules = [] }) => rules),
    );
    const secrets = rules.filter(({ resources }) => resources.includes('secrets'));
    expect(secrets.map(({ resourceNames, verbs }) => [resourceNames, verbs])).toEqual([
      [['mariadb-status'], ['get']],
      [['mariadb-root'], ['get']],
    ]);
  });

  it('let an operator write only kinds that the code uses', () => {
    const resources = rights('operator.yaml').map((right) => right.split(': ')[0] ?? '');
    expect(resources.filter((resource) => !used.has(resource))).toEqual([]);
    expect(rights('operator.yaml').filter((right) => right.endsWith('*'))).toEqual([]);
  });

  it.each(['reader.yaml', 'operator.yaml'])('%s gives a reason for each rule', (name) => {
    const lines = readRoot('docs', 'manifests', name).split('\n');
    const bare = lines.filter(
      (line, index) => line.startsWith('  - apiGroups:') && !lines[index - 1]?.trim().startsWith('#'),
    );
    expect(bare).toEqual([]);
  });

  it('bind every role to somebody, and no role that is not there', () => {
    const all = [...documents('reader.yaml'), ...documents('operator.yaml')];
    const roles = all.filter(({ rules }) => rules).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const bound = all.flatMap(({ roleRef }) => (roleRef ? [`${roleRef.kind} ${roleRef.name}`] : []));
    expect(new Set(bound)).toEqual(new Set(roles));
    expect(
      all.flatMap(({ roleRef, subjects = [] }) => (roleRef && subjects.length === 0 ? [roleRef.name] : [])),
    ).toEqual([]);
  });

  it('name what the configuration in the README names', () => {
    const readme = readRoot('README.md');
    for (const { metadata } of [...documents('reader.yaml'), ...documents('operator.yaml')]) {
      const { namespace } = metadata as { namespace?: string };
      if (namespace) expect(readme).toContain(`namespace: ${namespace}`);
    }
    expect(readme).toContain('secret: mariadb-root');
  });
});
