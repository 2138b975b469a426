import { labDown, labUp } from '../lab/lab.ts';

/**
 * One fresh lab for the whole suite; each file makes the Galera it needs. GALERA_E2E_KEEP=1 works on the lab that is up and leaves it: for
 * writing tests.
 */
export async function setup(): Promise<void> {
  await labUp({ fresh: process.env.GALERA_E2E_KEEP !== '1', show: true });
}

export async function teardown(): Promise<void> {
  if (process.env.GALERA_E2E_KEEP !== '1') await labDown();
}
