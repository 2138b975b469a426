import type { RunSummary } from '../record/run-summary.ts';

/** Proof of a backup and its mark: `#` none, `=` checksums match, `+` restored and compared, `-` failed. */
export type ProofMark = '#' | '=' | '+' | '-';

export interface MemberRow {
  readonly member: string;
  readonly sign: 'good' | 'look' | 'unknown' | 'bad' | 'planned';
  /** `Synced`, `Donor/Desynced`, `unknown`, `stopped`. */
  readonly state: string;
  /** Absent values could not be read: they are shown as unknown, never as the last good ones. */
  readonly receiveQueue?: number;
  readonly flowPausedPercent?: number;
  /** Transactions behind the highest position. */
  readonly behind?: number;
  readonly desyncCount?: number;
  readonly inService?: boolean;
  /** Of its volume, as a runner measured last. */
  readonly freeBytes?: number;
  readonly freeMeasuredAt?: number;
}

/** How a backup was made, and of what. */
export interface BackupMade {
  readonly kind: 'full' | 'incremental';
  readonly run: string;
  readonly donor: string;
  readonly serverVersion: string;
  readonly toolVersion: string;
  /** Unpacked. */
  readonly dataBytes: number;
  readonly tables: number;
  readonly schemas: number;
  readonly compression: string;
  /** The largest of its files, which is the archive. */
  readonly archive?: { readonly name: string; readonly sha256: string };
  /** Of the last look at it. */
  readonly proofRun?: string;
}

export interface BackupRow {
  readonly id: string;
  readonly takenAt: number;
  /** The end of the copy: what its age counts from. */
  readonly positionAt?: number;
  readonly bytes?: number;
  /** `uuid:seqno`, whole. */
  readonly position?: string;
  readonly mark: ProofMark;
  /** `restored and compared`, `failed: not restorable` … */
  readonly proof: string;
  readonly provenAt?: number;
  /** What the manifest says; absent where there is none. */
  readonly made?: BackupMade;
}

export interface DebtRow {
  readonly run: string;
  readonly id: string;
  /** The step that left it. */
  readonly step: string;
  readonly says: string;
  readonly since: number;
  readonly by: string;
  /** `end`: a repair is owed. `close`: kept until the run is closed. */
  readonly due: 'end' | 'close';
  /** A live run carries it and will pay. Absent: the lease was not read, so nobody knows. */
  readonly carried?: boolean;
}

/** What could not be read. That the lists have nothing of it says nothing. */
export interface Unread {
  /**
   * `runs`: the mirrors of all runs in the cluster. `run`: the record of one run, whose mirror or journal is damaged or of a newer program.
   * `volumes`: what runners measured last.
   */
  readonly what: 'backups' | 'lease' | 'runs' | 'run' | 'volumes';
  /** The id of that one run. */
  readonly run?: string;
  /** Why. */
  readonly found: string;
}

/** All that `status` shows; with `-o json`, this itself. */
export interface StatusView {
  readonly at: number;
  readonly target: {
    readonly name: string;
    readonly cluster: string;
    readonly namespace: string;
    readonly context: string;
    readonly statefulset: string;
    readonly kubeSystemUid: string;
    readonly statefulSetUid: string;
  };
  readonly health: {
    readonly verdict: string;
    readonly sign: 'good' | 'look' | 'unknown' | 'bad';
    readonly says: string;
  };
  readonly members: readonly MemberRow[];
  readonly backups: {
    readonly claim: string;
    readonly freeBytes?: number;
    /** When a runner saw the volume last. */
    readonly readAt?: number;
    /** Why the list could not be read. */
    readonly unknown?: string;
    readonly rows: readonly BackupRow[];
  };
  readonly debts: readonly DebtRow[];
  /** Absent: free, unless `unread` has it. */
  readonly lease?: { readonly run: string; readonly holder: string; readonly renewedAgoMs?: number };
  readonly runs: readonly RunSummary[];
  /** Empty: all of it was read. */
  readonly unread: readonly Unread[];
}
