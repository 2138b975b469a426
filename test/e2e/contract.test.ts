import { afterAll, beforeAll } from 'vitest';
import type { Ground } from '../contract/ground.ts';
import { contractSuite } from '../contract/suite.ts';
import { galeraDown, galeraUp, sql } from '../lab/lab.ts';
import { labGround } from './contract-ground.ts';

let ground: (Ground & { close(): Promise<void> }) | undefined;

beforeAll(async () => {
  await galeraUp({ layout: 'root', podManagement: 'Parallel', backups: ['small'] });
  await sql(0, 'create database shop; create table shop.ticks (n int primary key auto_increment, at timestamp(6))');
  await sql(0, 'use shop; insert into ticks (at) select now(6) from seq_1_to_2000');
  ground = await labGround();
});

afterAll(async () => {
  await ground?.close();
  await galeraDown();
});

contractSuite('the lab', () => {
  if (!ground) throw new Error('the lab is not up');
  return ground;
});
