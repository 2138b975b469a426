import type { FaultCommand, PlannedFault } from '../simulator/world.ts';
import type { Act } from './scenario.ts';

const well = [0] as const;

export const say = (says: string): Act => ({ act: 'say', says });
export const remember: Act = { act: 'remember' };
export const compare: Act = { act: 'compare' };
export const command = (words: string, exit: readonly number[] = well): Act => ({
  act: 'command',
  words: words.match(/\{[^}]*\}|\S+/g) ?? [],
  exit,
});
export const happens = (says: string, ...faults: readonly FaultCommand[]): Act => ({ act: 'happens', says, faults });
export const looms = (says: string, ...faults: readonly PlannedFault[]): Act => ({ act: 'looms', says, faults });
export const time = (says: string, ms: number): Act => ({ act: 'time', says, ms });

export const first = 'mariadb-server-0';
export const last = 'mariadb-server-2';
export const backupClaim = 'galera-backups';
