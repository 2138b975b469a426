import { crashSuite } from './crash-suite.ts';

crashSuite('restore', 'yes');
