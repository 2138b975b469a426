import { crashSuite } from './crash-suite.ts';

crashSuite('start', 'yes');
