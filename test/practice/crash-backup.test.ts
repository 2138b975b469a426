import { crashSuite } from './crash-suite.ts';

crashSuite('backup', 'yes');
