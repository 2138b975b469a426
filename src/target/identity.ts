/** Which cluster this is (design §5): names are not enough, two clusters may share them. Compared before each effect. */
export interface Identity {
  readonly context: string;
  readonly namespace: string;
  /** wsrep_cluster_name. */
  readonly cluster: string;
  readonly statefulset: string;
  readonly kubeSystemUid: string;
  readonly statefulSetUid: string;
}

/** What `--cluster` and a typed gate want. */
export function clusterWord(of: Pick<Identity, 'namespace' | 'cluster'>): string {
  return `${of.namespace}/${of.cluster}`;
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return (
    a.kubeSystemUid === b.kubeSystemUid &&
    a.statefulSetUid === b.statefulSetUid &&
    a.cluster === b.cluster &&
    a.namespace === b.namespace
  );
}
