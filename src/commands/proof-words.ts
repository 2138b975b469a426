/** What a level of proof means, in lists and in status. */
export const proofWords = {
  none: 'not verified',
  checksums: 'checksums match',
  restored: 'restored and compared',
  failed: 'failed: not restorable',
} as const;
