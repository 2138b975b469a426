import type { Unread } from './status-view.ts';

/** Why nobody can say that all runs are listed, and with them all debts; undefined when they are. */
export function runsUnread(unread: readonly Unread[]): string | undefined {
  const first = unread.find(({ what }) => what === 'runs') ?? unread.find(({ what }) => what === 'run');
  if (first === undefined) return undefined;
  return first.run === undefined ? first.found : `run ${first.run}: ${first.found}`;
}

/** Why nobody can say which run is at work, if any; undefined when the lease says it. */
export function leaseUnread(unread: readonly Unread[]): string | undefined {
  return unread.find(({ what }) => what === 'lease')?.found;
}

/** What is not known, and why, as one sentence. */
export function unreadSays({ what, run, found }: Unread): string {
  return `${run === undefined ? says[what] : `what run ${run} has done, owes and keeps`} is not known: ${found}`;
}

const says: { readonly [what in Unread['what']]: string } = {
  backups: 'which backups there are',
  lease: 'who is at work here',
  runs: 'what runs of other bastions owe and keep',
  run: 'what a run has done, owes and keeps',
  volumes: 'how much room the volumes have',
};
