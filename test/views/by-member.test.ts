import { describe, expect, it } from 'vitest';
import { groupedByMember } from '../../src/views/by-member.ts';

const group = (...texts: string[]) => groupedByMember(texts, 'mariadb-server');

describe('lines about members', () => {
  it('that say the same are one, with every ordinal', () => {
    expect(
      group(
        'data of mariadb-server-0, claim data-mariadb-server-0: current data -> the copy',
        'data of mariadb-server-1, claim data-mariadb-server-1: current data -> the copy',
        'data of mariadb-server-10, claim data-mariadb-server-10: current data -> the copy',
      ),
    ).toEqual(['data of mariadb-server-{0,1,10}, claim data-mariadb-server-{0,1,10}: current data -> the copy']);
  });

  it('that differ in more than the member stay apart, in their order', () => {
    const texts = ['mariadb-server-0: 61 GiB', 'mariadb-server-1: 60 GiB', 'Service mariadb: selector'];
    expect(group(...texts)).toEqual(texts);
  });

  it('about one member, or about two at once, stay as they are', () => {
    const texts = ['mariadb-server-2: OFF -> ON', 'mariadb-server-0 before mariadb-server-1', 'at 2026-11-21'];
    expect(group(...texts)).toEqual(texts);
  });

  it('of a longer name are about somebody else', () => {
    const texts = ['pod mariadb-server-0-backup', 'pod mariadb-server-1-backup'];
    expect(group(...texts)).toEqual(texts);
  });
});
