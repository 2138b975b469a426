import { beforeEach, describe, expect, test } from 'vitest';
import { galeraNoPrimary } from '../../src/actions/galera-no-primary.ts';
import { FakeCluster } from './fake-restore.ts';
import { memberNames, refusal, synced, yes } from './fake-target.ts';

let target: FakeCluster;
const notReady = (name: string) =>
  target.change('Pod', name, (pod) => ({ ...pod, status: { ...pod.status, conditions: [] } }));
const node = (name: string, ready: string) =>
  target.put({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });

beforeEach(() => {
  target = new FakeCluster();
  for (const name of ['node0', 'node1', 'node2']) node(name, 'True');
  target.meanwhile = () => undefined;
});

describe('galera.no-primary', () => {
  test('is refused while a member is Primary', async () => {
    const failed = refusal(await galeraNoPrimary.observe({}, target));
    expect(failed).toMatchObject({ is: 'not-so', kind: 'refused' });
    expect(failed.text).toContain('the cluster serves');
  });

  test('holds when all wait for each other or crash', async () => {
    for (const name of memberNames) {
      notReady(name);
      target.silence(name);
    }
    target.say('mariadb-server-0', synced({ clusterStatus: 'non-Primary' }));
    expect(yes(await galeraNoPrimary.observe({}, target)).output.members).toEqual([...memberNames]);
  });

  test('holds when nothing runs', async () => {
    yes(await galeraNoPrimary.observe({}, new FakeCluster().stopped()));
  });

  test('is unknown when a Ready member does not answer', async () => {
    for (const name of memberNames) {
      if (name !== 'mariadb-server-1') notReady(name);
      target.silence(name);
    }
    expect(refusal(await galeraNoPrimary.observe({}, target))).toMatchObject({ is: 'unknown', kind: 'unknown' });
  });

  test('waits for Kubernetes to notice that a member has died: its pod stays Ready for some seconds', async () => {
    for (const name of memberNames) target.silence(name);
    let slept = 0;
    target.meanwhile = () => {
      slept += 1;
      if (slept === 5) for (const name of memberNames) notReady(name);
    };
    yes(await galeraNoPrimary.observe({}, target));
    expect(slept).toBe(5);
  });

  test('is unknown when a silent member is on a Kubernetes node that does not report: it may serve there', async () => {
    for (const name of memberNames) {
      notReady(name);
      target.silence(name);
    }
    node('node2', 'Unknown');
    expect(refusal(await galeraNoPrimary.observe({}, target)).text).toContain(
      'mariadb-server-2 may still run on Kubernetes node node2',
    );
  });
});
