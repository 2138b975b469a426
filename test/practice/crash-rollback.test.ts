import { crashSuite } from './crash-suite.ts';

// Going back is a person's decision: --yes never answers its gate.
crashSuite('rollback', 'interactive');
