import { describe, expect, it } from 'vitest';
import { readable } from '../../src/runner/readable.ts';

const progress = (phase: string, bytes: number) =>
  `@@galera-runbook progress {"phase":"${phase}","bytes":${bytes},"total":100}`;

describe("a runner's log for a person", () => {
  it('has what tools said, and of progress only where the phase changes', () => {
    const log = [progress('unpack', 1), 'mbstream: a warning', progress('unpack', 2), progress('prepare', 0), ''];
    expect(readable(log)).toEqual({ lines: ['unpack', 'mbstream: a warning', 'prepare'], phase: 'prepare' });
    expect(readable([progress('prepare', 1)], 'prepare').lines).toEqual([]);
  });

  it('says rows, measures and the end in words', () => {
    const log = [
      '@@galera-runbook row {"schema":"nova","table":"instances","rows":412,"nested":{"a":1}}',
      '@@galera-runbook volume {"claim":"data-0","totalBytes":1073741824,"freeBytes":536870912}',
      '@@galera-runbook failed {"expected":"an archive","found":"none","next":"choose another"}',
      '@@galera-runbook result {"bytes":5,"rowCount":1}',
    ];
    expect(readable(log).lines).toEqual([
      'schema nova, table instances, rows 412',
      'data-0: 512 MiB of 1.00 GiB free',
      'failed: expected an archive, found none',
      'ended: bytes 5, rowCount 1',
    ]);
  });

  it('leaves out lines of the protocol that were cut', () => {
    expect(readable(['@@galera-runbook row {"sche', '@@galera-runbook volume {"claim":7}']).lines).toEqual([
      '7: ? of ? free',
    ]);
  });
});
