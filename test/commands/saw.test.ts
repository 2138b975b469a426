import { expect, it } from 'vitest';
import { type Session, sawOf, see } from '../../src/commands/session.ts';
import { GroundCluster } from '../actions/fake-ground.ts';
import { sessionOn } from './practice-session.ts';

type Pod = { uid: string; ready: boolean; containerId: string };

async function sawWith(session: Session, change: Partial<Pod>) {
  const view = await see(session);
  const members = view.members.map((member) =>
    member.ordinal === 1 && member.pod ? { ...member, pod: { ...member.pod, ...change } } : member,
  );
  return sawOf(session, { ...view, members });
}

it('another pod has moved; another container has not, ready or not: in a cluster that is down it is one each minute', async () => {
  const session = await sessionOn(new GroundCluster());
  const saw = (change: Partial<Pod>) => sawWith(session, change);
  expect(await saw({})).toEqual(sawOf(session, await see(session)));
  expect(await saw({ containerId: 'containerd://other', ready: false })).toEqual(await saw({}));
  expect(await saw({ uid: 'other' })).not.toEqual(await saw({}));
});
