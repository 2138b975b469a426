import type { ProofMark } from '../actions/backup-index.ts';

const words = {
  none: 'not verified',
  checksums: 'checksums match',
  restored: 'restored and compared',
  failed: 'failed: not restorable',
} as const;

/** What a proof means, in lists and in status. */
export function proofText({ level, gone }: Pick<ProofMark, 'level' | 'gone'>): string {
  return gone ? 'failed: its archive is not on the volume' : words[level];
}
