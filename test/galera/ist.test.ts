import { describe, expect, test } from 'vitest';
import { howItJoined, joinForecast } from '../../src/galera/ist.ts';
import { noPosition, type Position } from '../../src/galera/position.ts';
import { uuidA, uuidB } from './samples.ts';

const at = (seqno: string, uuid = uuidA): Position => ({ uuid, seqno });

describe('how a member will join', () => {
  test.each<[string, Position | undefined, Position | undefined, string | undefined, string]>([
    ['the cache begins right after it', at('100'), at('101'), '101', 'ist'],
    ['the cache begins earlier', at('100'), at('200'), '50', 'ist'],
    ['the cache begins one too late', at('100'), at('200'), '102', 'sst'],
    ['seqnos are beyond 2^53', at('9007199254740992'), at('9007199254740999'), '9007199254740994', 'sst'],
    ['it is of another history', at('100', uuidB), at('200'), '1', 'sst'],
    ['it was zeroed', noPosition, at('200'), '1', 'sst'],
    ['its seqno was not saved', at('-1'), at('200'), '1', 'sst'],
    ['it is ahead of the group', at('300'), at('200'), '1', 'aborts'],
    ['its position is not known', undefined, at('200'), '1', 'unknown'],
    ['the group is not known', at('100'), undefined, '1', 'unknown'],
    ['the cache is not known', at('100'), at('200'), undefined, 'unknown'],
  ])('when %s', (_, joiner, group, cachedDownto, by) => {
    expect(joinForecast({ joiner, group, cachedDownto }).by).toBe(by);
  });
});

/** Lines as MariaDB 10.11.19 with Galera 26.4.23 write them: format strings from libgalera_smm.so, mariadbd and wsrep_sst_rsync. */
const began = (local: string) => [
  `2026-11-21  3:24:00 0 [Note] WSREP: Found saved state: ${local}, safe_to_bootstrap: 0`,
  '2026-11-21  3:24:01 1 [Note] WSREP: State transfer required: ',
  `\tGroup state: ${uuidA}:102`,
  `\tLocal state: ${local}`,
  "2026-11-21  3:24:01 0 [Note] WSREP: Running: 'wsrep_sst_rsync --role 'joiner' --address '10.244.1.7' --datadir '/var/lib/mysql/''",
  'WSREP_SST: [INFO] rsync SST started on joiner (20261121 03:24:01.101)',
  `2026-11-21  3:24:01 1 [Note] WSREP: ####### IST uuid:${uuidA} f: 101, l: 102, STRv: 3`,
  '2026-11-21  3:24:01 1 [Note] WSREP: Prepared IST receiver for 101-102, listening at: tcp://10.244.1.7:4568',
  '2026-11-21  3:24:01 1 [Note] WSREP: Requesting state transfer: success, donor: 0',
];
const synced = '2026-11-21  3:24:02 2 [Note] WSREP: Synchronized with group, ready for connections';
const ist = [
  ...began(`${uuidA}:100`),
  `WSREP_SST: [INFO] Galera co-ords from recovery: ${uuidA}:100 0 (20261121 03:24:02.001)`,
  'WSREP_SST: [INFO] rsync IST completed on joiner (20261121 03:24:02.101)',
  `2026-11-21  3:24:02 1 [Note] WSREP: SST received: ${uuidA}:100`,
  `2026-11-21  3:24:02 2 [Note] WSREP: SST succeeded for position ${uuidA}:100`,
  `2026-11-21  3:24:02 1 [Note] WSREP: Installed new state from SST: ${uuidA}:100`,
  '2026-11-21  3:24:02 1 [Note] WSREP: Receiving IST: 2 writesets, seqnos 101-102',
  '2026-11-21  3:24:02 0 [Note] WSREP: Receiving IST... 100.0% (2/2 events) complete.',
  `2026-11-21  3:24:02 1 [Note] WSREP: IST received: ${uuidA}:102`,
  synced,
];
const sst = [
  ...began(`00000000-0000-0000-0000-000000000000:-1`),
  'WSREP_SST: [INFO] rsync SST completed on joiner (20261121 03:24:30.101)',
  `2026-11-21  3:24:30 1 [Note] WSREP: SST received: ${uuidA}:102`,
  `2026-11-21  3:24:30 1 [Note] WSREP: Installed new state from SST: ${uuidA}:102`,
  '2026-11-21  3:24:30 1 [Note] WSREP: Cert. index preload up to 102',
  '2026-11-21  3:24:30 0 [Note] WSREP: Receiving IST... 100.0% (1/1 events) complete.',
  `2026-11-21  3:24:30 1 [Note] WSREP: IST received: ${uuidA}:102`,
  synced,
];
const bootstrapped = [
  `2026-11-21  3:23:58 0 [Note] WSREP: Found saved state: ${uuidA}:100, safe_to_bootstrap: 1`,
  synced,
];

const by = (lines: string[]) => howItJoined(lines.join('\n')).by;

describe('how a member joined, by its log', () => {
  test('by IST: from its own position, though the log says SST received', () => {
    expect(howItJoined(ist.join('\n'))).toMatchObject({ by: 'ist', saved: at('100'), from: at('100'), to: at('102') });
  });

  test('by a full transfer, though the log says IST received', () => {
    expect(howItJoined(sst.join('\n'))).toMatchObject({ by: 'sst', from: noPosition });
  });

  test('without any, when it started the group', () => {
    expect(howItJoined(bootstrapped.join('\n'))).toMatchObject({ by: 'none', saved: at('100') });
  });

  test.each<[string, string[], string]>([
    [
      'a state was received at another position than its own, and no script said so',
      ist.map((line) => line.replace(`SST received: ${uuidA}:100`, `SST received: ${uuidA}:102`)),
      'sst',
    ],
    ['a full transfer followed later', [...ist, ...sst], 'sst'],
    ['IST followed an earlier full transfer', [...sst, ...ist], 'ist'],
    ['it is still receiving', ist.filter((line) => !/IST received|Synchronized|IST completed/.test(line)), 'unknown'],
    ['only the index was loaded after a transfer', sst.filter((line) => !/SST/.test(line)), 'sst'],
    ['it only asked', began(`${uuidA}:100`), 'unknown'],
    [
      'a donor bypassed for somebody else',
      [...bootstrapped, 'WSREP_SST: [INFO] Bypassing state dump. (20261121 03:24:02.001)'],
      'none',
    ],
    ['the beginning of the log is gone', ist.slice(4), 'unknown'],
    ['there is no log', [], 'unknown'],
    ['the log has times in front', ist.map((line) => `2026-11-21T03:24:02.123456789Z ${line}`), 'ist'],
    [
      'mariabackup said it ran IST',
      ist.map((line) =>
        line.replace('rsync IST completed on joiner', "'xtrabackup_ist' received from donor: Running IST"),
      ),
      'ist',
    ],
    [
      'mariabackup waits for the stream',
      [...began(`${uuidA}:100`), 'WSREP_SST: [INFO] Waiting for SST streaming to complete!'],
      'sst',
    ],
    ['a running member came back without a script', ist.filter((line) => !/SST/.test(line)), 'ist'],
  ])('when %s', (_, lines, expected) => {
    expect(by(lines)).toBe(expected);
  });
});
