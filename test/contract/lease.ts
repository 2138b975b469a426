import { expect, it } from 'vitest';
import type { Ground } from './ground.ts';

/** One run per Galera cluster. */
export function leaseContract(of: () => Ground): void {
  it('is taken by one, seen by all, and free once let go', async () => {
    const [mine, other] = [of().ports.lease('here'), of().ports.lease('there')];
    expect(await mine.acquire('a@here/1', 'aaaaaa')).toEqual({ got: true });
    expect(await mine.verify()).toBe(true);
    expect(await other.acquire('b@there/2', 'bbbbbb')).toMatchObject({
      got: false,
      by: { holder: 'a@here/1', run: 'aaaaaa' },
    });
    expect(await other.read()).toMatchObject({ holder: 'a@here/1', run: 'aaaaaa' });
    await mine.release();
    expect(await other.read()).toBeUndefined();
    expect(await other.acquire('b@there/2', 'bbbbbb')).toEqual({ got: true });
    await other.release();
  });

  it('is taken over after silence only, and the former holder learns it', async () => {
    const [mine, other] = [of().ports.lease('here'), of().ports.lease('there')];
    await mine.acquire('a@here/1', 'aaaaaa');
    const [refused] = await Promise.all([
      other.takeOver('b@there/2', 'bbbbbb', { silenceMs: 3000 }),
      of()
        .ports.clock.sleep(500)
        .then(() => mine.renew()),
    ]);
    expect(refused).toMatchObject({ got: false });
    expect(await mine.verify()).toBe(true);
    expect(await other.takeOver('b@there/2', 'bbbbbb', { silenceMs: 1000 })).toEqual({ got: true });
    expect(await mine.verify()).toBe(false);
    await mine.release();
    expect(await other.read()).toMatchObject({ run: 'bbbbbb' });
    await other.release();
  });
}
