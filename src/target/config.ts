/** How a platform runs Galera (design §9). Only those that are built are named. */
export const flavours = ['statefulset'] as const;
export type Flavour = (typeof flavours)[number];

/** A database account: its password stands in one key of a Secret in the target's namespace, and nowhere else. */
export interface Account {
  readonly user: string;
  readonly secret: string;
  readonly key: string;
}

/** One entry of `targets:` in the configuration, defaults filled in (design §7). */
export interface TargetConfig {
  readonly name: string;
  readonly flavour: Flavour;
  /** kubeconfig context; absent: the current one. */
  readonly context?: string;
  readonly namespace: string;
  /** wsrep_cluster_name; compared whenever a member answers. */
  readonly cluster: string;
  readonly statefulset: string;
  readonly container: string;
  /** A member's data directory in its container: where its claim is mounted, or below. Absent: where it is mounted. */
  readonly dataDirectory?: string;
  /** The clients' Service: its selector is what "traffic" means. */
  readonly service: string;
  /** Whether a desynced member leaves that Service. Absent: as its readiness probe says, where that can be read. */
  readonly leavesServiceWhenDesynced?: boolean;
  readonly account: Account;
  /** Used for status, plans and dry runs where it is configured. */
  readonly reader?: Account;
  /** How a member learns to start a new Primary: `grastate` is `safe_to_bootstrap: 1` in its data directory. */
  readonly bootstrap: 'grastate';
  readonly backups: {
    readonly claim: string;
    /** Good full backups to keep of this identity. */
    readonly keep: number;
    /** Bytes that stay free on every volume; absent: the larger of 5 % and 256 MiB. */
    readonly reserveBytes?: number;
  };
}
