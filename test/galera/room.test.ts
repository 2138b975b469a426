import { describe, expect, test } from 'vitest';
import { backupRoom, refuseRoom, reserveFloor, restoreRoom } from '../../src/galera/room.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

describe('room', () => {
  test('the floor is as configured, else the larger of 5 % and 256 MiB', () => {
    expect(reserveFloor(100 * GiB)).toBe(5 * GiB);
    expect(reserveFloor(3 * GiB)).toBe(256 * MiB);
    expect(reserveFloor(100 * GiB, 7)).toBe(7);
  });

  test('a backup needs as much as the data until a ratio was measured', () => {
    expect(backupRoom({ dataBytes: 10 * GiB, floorBytes: GiB }).needBytes).toBe(11 * GiB);
    expect(backupRoom({ dataBytes: 10 * GiB, floorBytes: GiB, ratio: 0.5 })).toEqual({
      needBytes: 6 * GiB,
      floorBytes: GiB,
      sum: '5.00 GiB for the archive (50% of the data, as the last one) and 1.00 GiB reserve',
    });
    for (const ratio of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(backupRoom({ dataBytes: 10 * GiB, floorBytes: 0, ratio }).needBytes).toBe(10 * GiB);
    }
  });

  test('a restore needs 1.1 times the data, and the larger of 10 % of it and the floor', () => {
    const small = restoreRoom({ dataBytes: 28.4 * GiB, floorBytes: 5 * GiB });
    expect(refuseRoom('the volume', small, 36 * GiB)).toMatchObject({
      kind: 'refused',
      expected: '36.3 GiB free on the volume: 31.3 GiB for the unpacked copy (1.1 times the data) and 5.00 GiB reserve',
      found: '36.0 GiB free',
    });
    expect(restoreRoom({ dataBytes: 100 * GiB, floorBytes: 5 * GiB }).needBytes).toBe(120 * GiB);
  });

  test('exactly enough is enough, a byte less is not, and unknown is a question', () => {
    const room = backupRoom({ dataBytes: 1000, floorBytes: 24 });
    expect(refuseRoom('v', room, 1024)).toBeUndefined();
    expect(refuseRoom('v', room, 1023)).toMatchObject({ kind: 'refused' });
    expect(refuseRoom('v', room, undefined)).toMatchObject({ kind: 'unknown' });
  });
});
