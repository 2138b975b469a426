import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, ConfigMissing, configPath, loadConfig, readConfig } from '../../src/host/config-file.ts';
import { formatProblem } from '../../src/runbook/problem.ts';
import { failureFrom, freshFolder } from './folder.ts';

const good = `# a comment
targets:
  shop:
    flavour: statefulset
    context: lab                 # default: the current context
    namespace: openstack
    cluster: lab
    statefulset: mariadb-server
    container: mariadb
    service: mariadb
    account: {user: root, secret: mariadb-root, key: password}
    reader: {user: status, secret: mariadb-status, key: password}
    bootstrap: grastate
    backups: {claim: galera-backups, keep: 5, reserve: 5Gi}
`;

function problems(text: string): string[] {
  try {
    readConfig(text, 'config.yaml');
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems.map(formatProblem);
    throw thrown;
  }
  return [];
}

describe('a configuration', () => {
  test('is read with its sizes as bytes', () => {
    expect(readConfig(good, '/etc/g/config.yaml')).toEqual({
      path: '/etc/g/config.yaml',
      targets: [
        {
          name: 'shop',
          flavour: 'statefulset',
          context: 'lab',
          namespace: 'openstack',
          cluster: 'lab',
          statefulset: 'mariadb-server',
          container: 'mariadb',
          service: 'mariadb',
          account: { user: 'root', secret: 'mariadb-root', key: 'password' },
          reader: { user: 'status', secret: 'mariadb-status', key: 'password' },
          bootstrap: 'grastate',
          backups: { claim: 'galera-backups', keep: 5, reserveBytes: 5 * 2 ** 30 },
        },
      ],
    });
  });

  test('has defaults for what may be left out', () => {
    const short = good.replace(/ {4}(context|reader|bootstrap).*\n/g, '').replace(', keep: 5, reserve: 5Gi', '');
    const [target] = readConfig(short, 'c').targets;
    expect(target).toMatchObject({ bootstrap: 'grastate', backups: { claim: 'galera-backups', keep: 7 } });
    for (const key of ['context', 'reader']) expect(target).not.toHaveProperty(key);
    expect(target?.backups).not.toHaveProperty('reserveBytes');
  });

  test('says where the data is and what the Service does, where that cannot be seen', () => {
    const more = good.replace(
      'service: mariadb\n',
      'service: mariadb\n    data-directory: /bitnami/mariadb/data\n    leaves-service-when-desynced: true\n',
    );
    const [target] = readConfig(more, 'c').targets;
    expect(target).toMatchObject({ dataDirectory: '/bitnami/mariadb/data', leavesServiceWhenDesynced: true });
    const [plain] = readConfig(good, 'c').targets;
    for (const key of ['dataDirectory', 'leavesServiceWhenDesynced']) expect(plain).not.toHaveProperty(key);
  });

  test.each(['data', '/', '/a/../b', '/a//b', '"/a b"', '/a/.'])('refuses the data directory %s', (folder) => {
    const text = good.replace('service: mariadb\n', `service: mariadb\n    data-directory: ${folder}\n`);
    expect(problems(text)[0]).toContain('`targets.shop.data-directory` is no absolute path of a folder');
  });

  test('names the folder of the site’s runbooks from where it lies itself', () => {
    expect(readConfig(`runbooks: books\n${good}`, '/etc/g/config.yaml').runbooks).toBe('/etc/g/books');
    expect(readConfig(`runbooks: /srv/books\n${good}`, '/etc/g/config.yaml').runbooks).toBe('/srv/books');
  });

  test.each([
    [
      'an unknown key',
      good.replace('service:', 'sevice:'),
      [
        'config.yaml:10:5: the key `sevice` is not known\n    did you mean `service`?',
        'config.yaml:3:3: `targets.shop.service` is missing',
      ],
    ],
    [
      'an unknown key inside',
      good.replace('keep:', 'kep:'),
      ['config.yaml:14:38: the key `kep` is not known\n    did you mean `keep`?'],
    ],
    [
      'an unknown key above all',
      `target: x\n${good}`,
      ['config.yaml:1:1: the key `target` is not known\n    did you mean `targets`?'],
    ],
    [
      'an unknown flavour',
      good.replace('statefulset\n', 'statefullset\n'),
      [
        'config.yaml:4:14: `targets.shop.flavour` is `statefullset`, which is not known\n    did you mean `statefulset`?',
      ],
    ],
    [
      'a size nobody knows',
      good.replace('5Gi', '5GB'),
      ['config.yaml:14:56: `targets.shop.backups.reserve` is no size: write it as in Kubernetes, e.g. `5Gi` or `500M`'],
    ],
    [
      'a name that cannot be',
      good.replace('mariadb-root', 'Mariadb_root'),
      ['config.yaml:11:35: `targets.shop.account.secret` is no name of a Kubernetes object'],
    ],
    [
      'text that YAML takes for a number',
      good.replace('cluster: lab', 'cluster: 2024'),
      ['config.yaml:7:14: `targets.shop.cluster` must be text\n    quote it: "2024"'],
    ],
    [
      'nothing after the colon',
      good.replace('namespace: openstack', 'namespace:'),
      ['config.yaml:6:5: `targets.shop.namespace` is empty\n    write a value, or leave the key out'],
    ],
    [
      'no backups to keep',
      good.replace('keep: 5', 'keep: 0'),
      ['config.yaml:14:44: `targets.shop.backups.keep` must be 1 or more: the newest backup is never removed'],
    ],
    ['a list for a map', 'targets: []\n', ['config.yaml:1:1: `targets` must be a map of names']],
    [
      'no targets',
      'targets: {}\n',
      ['config.yaml:1:1: there are no targets\n    write one with `galera-runbook init`'],
    ],
    ['nothing', '# only this\n', ['config.yaml:1:1: the file is empty\n    write one with `galera-runbook init`']],
    ['a word', 'hello\n', ['config.yaml:1:1: the file must be a map of keys']],
    [
      'a target twice',
      `${good}  shop:\n    flavour: statefulset\n`,
      ['config.yaml:15:3: not YAML: Map keys must be unique'],
    ],
  ])('with %s is refused at its place', (_, text, expected) => {
    expect(problems(text).toSorted()).toEqual(expected.toSorted());
  });

  test('shows every problem at once, in the order of the file', () => {
    const text = good
      .replace('service:', 'sevice:')
      .replace('5Gi', 'much')
      .replace('namespace: openstack', 'namespace: Open Stack');
    expect(problems(text).map((problem) => problem.split(':', 3).join(':'))).toEqual([
      'config.yaml:3:3',
      'config.yaml:6:16',
      'config.yaml:10:5',
      'config.yaml:14:56',
    ]);
  });

  test('that is broken YAML says where', () => {
    expect(problems('targets:\n  shop: {flavour: [}\n')[0]).toMatch(/^config\.yaml:2:\d+: not YAML: /);
  });

  test('that stands for more values than a machine has is refused', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((key, i) => `${key}: &${key} [${`*${'abcdefg'[i]},`.repeat(9)}]`),
    ];
    expect(problems(`${bomb.join('\n')}\n`)).not.toEqual([]);
  });
});

describe('the file of a configuration', () => {
  test('stands in the XDG folder, unless told', () => {
    expect(configPath({ XDG_CONFIG_HOME: '/c' })).toBe('/c/galera-runbook/config.yaml');
    expect(configPath({ XDG_CONFIG_HOME: 'c' })).toMatch(/\/\.config\/galera-runbook\/config\.yaml$/);
    expect(configPath({ XDG_CONFIG_HOME: '/c' }, '/d/x.yaml')).toBe('/d/x.yaml');
  });

  test('that is missing leads to init', async () => {
    const loading = loadConfig(join(freshFolder(), 'config.yaml'));
    await expect(loading).rejects.toBeInstanceOf(ConfigMissing);
    expect((await failureFrom(loading)).next).toContain('galera-runbook init');
  });

  test('may have a byte order mark and CRLF, and be a link', async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, 'real.yaml'), `\ufeff${good.replaceAll('\n', '\r\n')}`);
    symlinkSync('real.yaml', join(folder, 'config.yaml'));
    expect((await loadConfig(join(folder, 'config.yaml'))).targets).toHaveLength(1);
  });

  test.each<[string, (path: string) => void, string]>([
    ['a folder', (path) => mkdirSync(path), 'a folder'],
    ['a pipe', (path) => execFileSync('mkfifo', [path]), 'no regular file'],
    [
      'larger than 1 MiB',
      (path) => writeFileSync(path, '#'.repeat(2 ** 20 + 1)),
      'a file of 1048577 bytes, more than 1048576',
    ],
    ['binary', (path) => writeFileSync(path, 'a: \0'), 'a binary file: it has a NUL byte'],
    ['not UTF-8', (path) => writeFileSync(path, Buffer.from([0x61, 0xe9, 0x0a])), 'bytes that are not UTF-8'],
    ['UTF-16', (path) => writeFileSync(path, Buffer.from('\ufeffa: b', 'utf16le')), 'a binary file: it has a NUL byte'],
    ['a link to itself', (path) => symlinkSync(path, path), 'symbolic links in a circle (ELOOP)'],
  ])('that is %s is refused', async (_, make, found) => {
    const path = join(freshFolder(), 'config.yaml');
    make(path);
    expect(await failureFrom(loadConfig(path))).toMatchObject({ kind: 'usage', found });
  });
});
