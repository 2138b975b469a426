import { type Failure, failure } from '../base/failure.ts';
import { byOrdinal, type MemberReading } from './member-reading.ts';
import { agree } from './quorum.ts';
import { isSynced } from './wsrep-status.ts';

/** How clients reach the members. */
export type ServiceShape =
  /** One member at a time gets all clients, as on MOSK. */
  | { readonly kind: 'one-endpoint' }
  /** All members get clients. `leavesWhenDesynced`: whether a member's probe takes it out of the Service then; absent is unknown. */
  | { readonly kind: 'spread'; readonly leavesWhenDesynced?: boolean };

export interface DonorWish {
  readonly replicas: number;
  readonly service: ServiceShape;
  /**
   * By member: whether a Kubernetes node can reach both its volume and the backup volume. Absent is unknown, and is not taken.
   */
  readonly shareable: Readonly<Record<string, boolean>>;
  /** How many others must be Synced while the donor is out of flow control; 2 unless said otherwise. */
  readonly spare?: number;
  /**
   * The donor that a plan has named and a person has agreed to: kept while it may be the donor. Receive queues of a busy cluster change from
   * one look to the next, and a shorter one elsewhere is no reason to copy from another member than was said.
   */
  readonly planned?: string;
}

export interface Donor {
  readonly member: string;
  readonly because: string;
  /** Why it was none of these, in order of ordinals. */
  readonly others: readonly { readonly member: string; readonly why: string }[];
}

export type DonorChoice =
  | { readonly ok: true; readonly donor: Donor }
  | {
      readonly ok: false;
      readonly failure: Failure;
      /** As {@link Quorum} has it. */
      readonly unanswered?: boolean;
      readonly others: readonly { readonly member: string; readonly why: string }[];
    };

const volume = 'no Kubernetes node can reach both its volume and the backup volume';
const unknownVolume = 'not known whether a Kubernetes node can reach both its volume and the backup volume';

/** Why this member may not be the donor, or undefined. What is about volumes is asked last, so that it is the only reason. */
function refusal(reading: MemberReading, all: readonly MemberReading[], wish: DonorWish): string | undefined {
  const { status, inService, member } = reading;
  if (status === undefined || !isSynced(status)) return 'not Synced';
  if (status.recvQueue === undefined) return 'its receive queue is not known';
  const others = all.filter((other) => other !== reading);
  const spare = wish.spare ?? 2;
  const synced = others.filter((other) => other.status !== undefined && isSynced(other.status)).length;
  if (synced < spare) return `only ${synced} others Synced, ${spare} are needed`;
  if (inService === undefined) return 'not known whether clients use it';
  if (wish.service.kind === 'one-endpoint') {
    // Commits on the donor hang while BACKUP STAGE holds the provider.
    if (inService) return 'the endpoint: clients use it';
  } else {
    if (inService && wish.service.leavesWhenDesynced !== true) {
      return wish.service.leavesWhenDesynced === false
        ? 'clients use it, and it stays in the Service when desynced'
        : 'clients use it, and it is not known whether it leaves the Service when desynced';
    }
    if (!others.some((other) => other.inService === true)) return 'no other member is in the Service';
  }
  const shareable = wish.shareable[member];
  if (shareable === undefined) return unknownVolume;
  return shareable ? undefined : volume;
}

const queueOf = (reading: MemberReading): number => reading.status?.recvQueue ?? Number.POSITIVE_INFINITY;

function whyNot(reading: MemberReading, chosen: MemberReading): string {
  const [own, best] = [queueOf(reading), queueOf(chosen)];
  return own > best
    ? `could do it, but its receive queue is longer: ${own}, not ${best}`
    : `could do it with the same receive queue of ${own}; the highest ordinal is taken between equals`;
}

function whyChosen(chosen: MemberReading, able: readonly MemberReading[]): string {
  if (able.length === 1) return 'the only one that may';
  const equals = able.filter((reading) => queueOf(reading) === queueOf(chosen)).length;
  const rank = equals > 1 ? `the highest ordinal of ${equals} equals` : 'the shortest';
  return `receive queue ${queueOf(chosen)}, ${rank}`;
}

/** The donor of a backup by safety rule 4, with the reason for it and against each other member. */
export function chooseDonor(of: readonly MemberReading[], wish: DonorWish): DonorChoice {
  const readings = byOrdinal(of);
  const quorum = agree(readings, { replicas: wish.replicas, spare: wish.spare ?? 2 });
  const judged = readings.map((reading) => ({ reading, why: refusal(reading, readings, wish) }));
  const refused = judged.flatMap(({ reading, why }) => (why === undefined ? [] : [{ member: reading.member, why }]));
  if (!quorum.ok) return { ok: false, failure: quorum.failure, unanswered: quorum.unanswered, others: refused };
  const able = judged.filter(({ why }) => why === undefined).map(({ reading }) => reading);
  const { planned } = wish;
  if (planned !== undefined && able.length > 0 && !able.some(({ member }) => member === planned)) {
    const why = refused.find(({ member }) => member === planned)?.why ?? 'no such member';
    return {
      ok: false,
      others: refused,
      failure: failure('refused', `${planned} as donor, as planned`, why, 'plan again'),
    };
  }
  const ranked = able.toSorted((a, b) => queueOf(a) - queueOf(b) || b.ordinal - a.ordinal);
  const chosen = ranked.find(({ member }) => member === planned) ?? ranked[0];
  if (chosen === undefined) {
    const onlyVolumes = refused.some(({ why }) => why === volume || why === unknownVolume);
    return {
      ok: false,
      others: refused,
      failure: failure(
        // A placement is a matter of volumes, not of the cluster's health.
        onlyVolumes ? 'refused' : 'unsafe',
        'a member that may be taken out of flow control and can reach the backup volume',
        refused.map(({ member, why }) => `${member}: ${why}`).join('; '),
        onlyVolumes
          ? "use a backup volume that a member's Kubernetes node can mount, then plan again"
          : 'wait until the members are Synced and clients use another one, then plan again',
      ),
    };
  }
  const because = [
    planned === undefined ? whyChosen(chosen, able) : `receive queue ${queueOf(chosen)}, as planned`,
    chosen.inService === true ? 'leaves the Service while desynced' : 'no clients use it',
    'its Kubernetes node can reach the backup volume',
  ].join('; ');
  const other = (reading: MemberReading) =>
    planned === undefined ? whyNot(reading, chosen) : `could do it, but the plan names ${planned}`;
  const others = judged
    .filter(({ reading }) => reading !== chosen)
    .map(({ reading, why }) => ({ member: reading.member, why: why ?? other(reading) }));
  return { ok: true, donor: { member: chosen.member, because, others } };
}
