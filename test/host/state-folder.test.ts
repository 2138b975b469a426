import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StateFolder, stateFolderPath } from '../../src/host/state-folder.ts';
import { failureFrom, freshFolder } from './folder.ts';

function withRuns(...runs: (readonly [id: string, at: number])[]): StateFolder {
  const folder = StateFolder.at(freshFolder());
  for (const [id, at] of runs) {
    mkdirSync(join(folder.runs, id), { recursive: true });
    writeFileSync(join(folder.runs, id, 'journal.jsonl'), `{"v":1,"seq":1,"at":${at},"type":"run-started"}\n`);
  }
  return folder;
}

describe('the state folder', () => {
  test('is the XDG one, unless told; a relative XDG path is void', () => {
    const usual = join(homedir(), '.local/state/galera-runbook');
    expect(stateFolderPath({})).toBe(usual);
    expect(stateFolderPath({ XDG_STATE_HOME: '/var/state' })).toBe('/var/state/galera-runbook');
    expect(stateFolderPath({ XDG_STATE_HOME: 'state' })).toBe(usual);
    expect(stateFolderPath({ XDG_STATE_HOME: '' })).toBe(usual);
    expect(stateFolderPath({ XDG_STATE_HOME: '/var/state' }, '/tmp/s')).toBe('/tmp/s');
  });

  test('has no runs before there is one', async () => {
    expect(await StateFolder.at(join(freshFolder(), 'none')).list()).toEqual([]);
  });

  test('lists runs by when they began, the newest first, and nothing that is no run', async () => {
    const folder = withRuns(['aaaa11', 100], ['bbbb22', 300], ['cccc33', 200]);
    mkdirSync(join(folder.runs, 'dddd44')); // it never had a journal
    mkdirSync(join(folder.runs, 'Not a run'));
    writeFileSync(join(folder.runs, 'eeee55'), 'a file');
    expect(await folder.list()).toEqual(['bbbb22', 'cccc33', 'aaaa11']);
  });

  test('that cannot be used says why', async () => {
    const path = join(freshFolder(), 'file');
    writeFileSync(path, '');
    expect(await failureFrom(StateFolder.at(path).list())).toMatchObject({
      found: 'a file where a folder is needed (ENOTDIR)',
    });
    expect(await failureFrom(StateFolder.at(path).createRun('aaaa11'))).toMatchObject({ next: 'choose another path' });
  });
});

describe('a run', () => {
  test('is found by its id, by the beginning of it, and as the last', async () => {
    const folder = withRuns(['aaaa11', 100], ['aabb22', 300], ['aabb', 200]);
    expect((await folder.find('aaaa11')).id).toBe('aaaa11');
    expect((await folder.find('aaa')).id).toBe('aaaa11');
    expect((await folder.find('last')).id).toBe('aabb22');
    expect((await folder.find('aabb')).id).toBe('aabb');
  });

  test('that is not clear, or not there, is refused', async () => {
    const folder = withRuns(['aaaa11', 100], ['aabb22', 300]);
    expect(await failureFrom(folder.find('aa'))).toMatchObject({ kind: 'usage', found: 'aabb22, aaaa11' });
    expect(await failureFrom(folder.find('zz'))).toMatchObject({ kind: 'usage', expected: 'a run zz' });
    expect(await failureFrom(folder.find(''))).toMatchObject({ kind: 'usage' });
    expect(await failureFrom(folder.find('../aaaa11'))).toMatchObject({ kind: 'usage' });
    expect(await failureFrom(withRuns().find('last'))).toMatchObject({ found: expect.stringMatching(/^no runs in/) });
  });

  test('keeps document, transcript and outputs for its owner only, and leaves nothing half written', async () => {
    const run = await StateFolder.at(freshFolder()).createRun('aaaa11');
    await run.keepRunbook(Buffer.from('\ufeff# Title\r\n'));
    await run.writeTranscript('one');
    await run.writeTranscript('two');
    const sha256 = await run.keepOutput('copy-1.log', 'rows\n');
    expect(sha256).toBe('9b71c268cf258d56d93a8182fce8a2ed6a7d18768a88959e17537d913702d63f');
    expect(await run.readOutput('copy-1.log')).toBe('rows\n');
    expect(await run.outputs()).toEqual(['copy-1.log']);
    expect(readdirSync(run.path).sort()).toEqual(['output', 'runbook.md', 'transcript.md']);
    for (const path of [run.transcript, run.runbook, join(run.path, 'output/copy-1.log')]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
  });

  test('takes no name for an output that leads out of its folder', async () => {
    const run = await StateFolder.at(freshFolder()).createRun('aaaa11');
    for (const name of ['../x', '/etc/x', '.x', '', 'a/b']) {
      expect(await failureFrom(run.keepOutput(name, ''))).toMatchObject({ expected: 'a plain name for an output' });
      expect(await failureFrom(run.readOutput(name))).toMatchObject({ kind: 'usage' });
    }
  });

  test('is begun once, under an id that is no path', async () => {
    const folder = StateFolder.at(freshFolder());
    await folder.createRun('aaaa11');
    expect(await failureFrom(folder.createRun('aaaa11'))).toMatchObject({ expected: 'no run aaaa11 yet' });
    expect(await failureFrom(folder.createRun('../../x'))).toMatchObject({ kind: 'failed' });
  });
});
