import type { Failure } from '../base/failure.ts';
import type { Gate, RunEvent } from '../engine/event.ts';
import type { RunState } from '../engine/state.ts';
import type { Position } from '../galera/position.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';
import type { DocumentBlock } from '../runbook/document.ts';
import type { Identity } from '../target/identity.ts';
import type { Progress } from '../views/progress.ts';
import type { Dangers } from './document-lines.ts';
import type { ClusterLook, Listing, Proposal, RunbookRow, Target, TargetChoice } from './operations.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is asked for again and again: the last answer with its time, and since when there is none. */
export interface Watched<T> {
  readonly last?: { readonly at: number; readonly value: T; readonly tookMs: number };
  readonly failing?: { readonly since: number; readonly found: string };
}

/** One second of a member; what was not read is absent. */
export interface Sample {
  readonly at: number;
  readonly queue?: number;
  /** Part of the time since the sample before that flow control stood still, 0 to 1. */
  readonly paused?: number;
  readonly committed?: number;
}

export interface MemberSamples {
  readonly sql: Watched<MemberStatus>;
  /** Oldest first, as long as the longest trend. */
  readonly history: readonly Sample[];
}

/** Something that was seen to change since the screen was opened. */
export interface Happening {
  readonly at: number;
  readonly what: string;
  readonly says: string;
}

export interface OutputLine {
  /** The step whose Job has written it. */
  readonly step?: string;
  readonly member?: string;
  readonly at: number;
  readonly text: string;
}

/** The run that this process carries out, or the last one it did. */
export interface OpenRun {
  /** The very object that the engine folded. */
  readonly state: RunState;
  /** What has happened in it, as far as it was seen here. */
  readonly events: readonly RunEvent[];
  readonly progress?: Progress;
  /** The last lines. `total` counts all that came, so that the last one of them has the number `total`. */
  readonly output: { readonly lines: readonly OutputLine[]; readonly total: number };
  /** When each open debt was owed. */
  readonly owedSince: { readonly [id: string]: number };
  /** Its process is still at work. */
  readonly going: boolean;
}

/** A gate as the screen holds it. The promise that waits for its answer is elsewhere. */
export interface GateView {
  readonly gate: Gate;
  /** Counts up with each asking: what was drawn of an earlier one arms nothing. */
  readonly asking: number;
  readonly openedAt: number;
  /** What the cluster looked like when it was asked; a change asks again. */
  readonly facts: readonly string[];
  readonly changed: readonly string[];
  /** The end of a gate longer than the screen was shown. */
  readonly endShown: boolean;
  readonly live: boolean;
  readonly liveSince?: number;
  readonly typed: string;
  /** Why the last key did not count. */
  readonly note?: string;
}

/** A plan that is looked at. Nothing has begun. */
export interface Review {
  readonly proposal: Proposal;
  readonly gate: GateView;
  /** Where the Galera cluster stood when the plan was shown; absent: not every member agreed, or none answered. */
  readonly position?: Position;
}

export const screenNames = [
  'dashboard',
  'runbooks',
  'backups',
  'runs',
  'plan',
  'run',
  'help',
  'text',
  'parameters',
  'targets',
] as const;
export type ScreenName = (typeof screenNames)[number];

/** A text that is read: a document, a transcript, logs, a description. */
export interface Reading {
  readonly title: string;
  readonly at?: number;
  readonly kind: 'markdown' | 'output' | 'values';
  /** As it is written to a file. */
  readonly lines: readonly string[];
  /** Of a document. */
  readonly blocks?: readonly DocumentBlock[];
  /** Of a runbook: what its steps may do. */
  readonly dangers?: Dangers;
  /** The runbook that this is: `enter` plans it. */
  readonly runbook?: string;
}

/** Parameters of a runbook, to be planned with. */
export interface Editing {
  readonly runbook: string;
  readonly rows: readonly {
    readonly name: string;
    /** As it is planned with now; absent where nobody knows one yet. */
    readonly value?: string;
    readonly mayBe: string;
    readonly says: string;
  }[];
}

/** A target of the configuration, with what was read of it. */
export interface TargetRow extends TargetChoice {
  readonly identity?: Pick<Identity, 'kubeSystemUid' | 'statefulSetUid'>;
  readonly failing?: string;
}

export interface Ui {
  readonly screen: ScreenName;
  /** Where `esc` leads, nearest last. */
  readonly back: readonly ScreenName[];
  readonly focus: { readonly [screen: string]: string };
  /** By block: the id of what the cursor is on, and where that stood, for when it goes. */
  readonly cursors: { readonly [block: string]: { readonly id: string; readonly at: number } };
  readonly scroll: { readonly [screen: string]: number };
  readonly filters: { readonly [screen: string]: string };
  /** A text field is open, and takes every printable key. */
  readonly typing?: { readonly for: 'filter' | 'search' | 'parameter'; readonly text: string; readonly name?: string };
  /** Lines that are longer than the screen is wide go on below; otherwise they are cut at its edge. */
  readonly wraps: boolean;
  /** By screen, what `n` and `N` go to. */
  readonly searches: { readonly [screen: string]: string };
  /** `lasting`: told by no key, so it stays until the first. */
  readonly message?: { readonly at: number; readonly says: string; readonly lasting?: true };
  /** Something is being read for the operator: a plan, a list. */
  readonly waiting?: { readonly since: number; readonly says: string };
  /** `plans`: what was asked for was a plan; it may be asked for with other parameters. */
  readonly refusal?: {
    readonly title: string;
    readonly failures: readonly Failure[];
    /** It was a plan that was refused: with other parameters it may not be. */
    readonly plans?: true;
    /** Nobody refused: the target is not reached yet. */
    readonly connecting?: true;
  };
  readonly reading?: Reading;
  readonly editing?: Editing;
  /** A run of before that is looked at. */
  readonly past?: OpenRun;
  readonly leaving?: { readonly cursor: 'stay' | 'stop' | 'leave' };
}

export interface ScreensState {
  /** Driven by the sampling loop: if it stands still, so does the program. */
  readonly now: number;
  readonly openedAt: number;
  readonly size: Size;
  readonly target?: Target;
  readonly look: Watched<ClusterLook>;
  readonly members: { readonly [member: string]: MemberSamples };
  readonly listing: Watched<Listing>;
  /** Newest first. */
  readonly seen: readonly Happening[];
  readonly run?: OpenRun | undefined;
  /** Of a step of the run. */
  readonly gate?: GateView;
  readonly review?: Review;
  readonly runbooks?: readonly RunbookRow[];
  /** A story is told beside the screens. */
  readonly story?: boolean;
  readonly targets?: readonly TargetRow[];
  readonly ui: Ui;
}

export function newScreens(at: number, size: Size): ScreensState {
  return {
    now: at,
    openedAt: at,
    size,
    look: {},
    members: {},
    listing: {},
    seen: [],
    ui: { screen: 'dashboard', back: [], focus: {}, cursors: {}, scroll: {}, filters: {}, wraps: false, searches: {} },
  };
}
