import * as lab from './lab.ts';

const t = async <T>(name: string, f: () => Promise<T>): Promise<T> => {
  const b = performance.now();
  try {
    const r = await f();
    console.log(
      `${new Date().toISOString()} ${name}: ${Math.round(performance.now() - b)} ms`,
      r === undefined ? '' : JSON.stringify(r)?.slice(0, 300),
    );
    return r;
  } catch (e) {
    console.log(`${name}: ${Math.round(performance.now() - b)} ms THREW`, String(e).slice(0, 600));
    return undefined as T;
  }
};
await lab.galeraUp();
for (let i = 0; i < 5; i++) {
  const n = await lab.memberNode(2);
  await t('quick nodeDown+nodeUp', async () => {
    await lab.nodeDown(n);
    await lab.nodeUp(n);
  });
  await t('mess', async () => {
    await lab.apiServerStop();
    await lab.nodeDown(1);
    await lab.cutLink();
  });
  await t('galeraDown', () => lab.galeraDown());
  await t('galeraUp after mess', () => lab.galeraUp());
}
