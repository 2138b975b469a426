import { describe } from 'vitest';
import type { Ground } from './ground.ts';
import { leaseContract } from './lease.ts';
import { objectContract } from './objects.ts';
import { sqlContract } from './sql.ts';
import { verbContract } from './verbs.ts';

/** Every port's contract, one after the other on one Galera cluster. */
export function contractSuite(name: string, of: () => Ground): void {
  describe(`the contract of the ports, on ${name}`, () => {
    describe('objects', () => objectContract(of));
    describe('SQL', () => sqlContract(of));
    describe('the lease', () => leaseContract(of));
    describe('the runner', () => verbContract(of));
  });
}
