import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/host/clock.ts';
import { guardOutput, onSignals } from '../../src/host/signals.ts';
import { type Surroundings, who } from '../../src/host/who.ts';

describe('sleeping', () => {
  test('ends with the reason of the signal', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    const reason = new Error('stopped');
    stop.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe(reason);
    await expect(systemClock.sleep(0, stop.signal)).rejects.toBe(reason);
  });

  test('lasts as long as asked, even longer than a timer can', async () => {
    await systemClock.sleep(5);
    vi.useFakeTimers();
    let over = false;
    void systemClock.sleep(2 ** 31 + 5000).then(() => {
      over = true;
    });
    await vi.advanceTimersByTimeAsync(2 ** 31);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(6000);
    expect(over).toBe(true);
    vi.useRealTimers();
  });
});

describe('signals', () => {
  function listening() {
    const source = new EventEmitter();
    const told: string[] = [];
    const time = { now: 0 };
    const actions = {
      stop: (by: string) => told.push(`stop ${by}`),
      abandon: () => told.push('abandon'),
      hangUp: () => told.push('hang up'),
    };
    const off = onSignals(actions, source, () => time.now);
    return { source, told, time, off };
  }

  test('the first ctrl-c stops, the second abandons, but not within a second', () => {
    const { source, told, time } = listening();
    source.emit('SIGINT');
    time.now = 400;
    source.emit('SIGINT');
    expect(told).toEqual(['stop SIGINT']);
    time.now = 1000;
    source.emit('SIGINT');
    expect(told).toEqual(['stop SIGINT', 'abandon']);
  });

  test('SIGTERM, how often it comes, never abandons; ctrl-c after it does', () => {
    const { source, told, time } = listening();
    source.emit('SIGTERM');
    time.now = 2000;
    source.emit('SIGTERM');
    source.emit('SIGINT');
    expect(told).toEqual(['stop SIGTERM', 'abandon']);
  });

  test('a lost terminal is told, and nothing after listening has ended', () => {
    const { source, told, off } = listening();
    source.emit('SIGHUP');
    source.emit('SIGHUP');
    off();
    source.emit('SIGHUP');
    source.emit('SIGINT');
    expect(told).toEqual(['hang up']);
  });
});

test('output whose reader is gone is told once, and what is written later is lost', () => {
  const stream = new PassThrough();
  const gone: string[] = [];
  const out = guardOutput(stream, (code) => gone.push(code));
  out.write('one');
  stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  stream.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }));
  out.write('two');
  expect(gone).toEqual(['EPIPE']);
  expect(stream.read()?.toString()).toBe('one');
});

describe('who works here', () => {
  const surroundings = (change: Partial<Surroundings>): Surroundings => ({
    environment: {},
    user: () => ({ username: 'sre1', uid: 1000 }),
    host: 'bastion-1',
    loginUid: () => '4294967295',
    ...change,
  });

  test('is the user of this process on this host', () => {
    expect(who(surroundings({}))).toEqual({ name: 'sre1@bastion-1', full: 'sre1@bastion-1' });
  });

  test('names who became root, and from where', () => {
    const root = surroundings({
      environment: { SUDO_USER: 'sre1', SSH_CONNECTION: '10.0.0.7 52211 10.0.0.1 22' },
      user: () => ({ username: 'root', uid: 0 }),
      loginUid: () => '1000',
    });
    expect(who(root).full).toBe('root@bastion-1 (sudo sre1, login uid 1000, from 10.0.0.7)');
  });

  test('has a number where there is no name, and no control characters', () => {
    const nobody = surroundings({
      environment: { SUDO_USER: 'x\x1b[2J' },
      user: () => {
        throw new Error('ENOENT: uv_os_get_passwd');
      },
      loginUid: () => {
        throw new Error('ENOENT');
      },
    });
    expect(who(nobody).full).toMatch(/^uid-\d+@bastion-1 \(sudo x\\x1b\[2J\)$/);
  });

  test('is known on this machine', () => {
    expect(who().name).toMatch(/^[^@]+@.+$/);
  });
});
