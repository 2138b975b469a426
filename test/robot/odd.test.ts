import { describe } from 'vitest';
import { holdWalks } from './hold.ts';

describe('walks', () => {
  holdWalks(1);
});
