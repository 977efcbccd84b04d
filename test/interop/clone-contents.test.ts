/** The clone matrix, names, paths, files and sizes: see test/support/clone-matrix.ts. */

import { cloneMatrix } from '../support/clone-matrix.ts';

cloneMatrix('contents');
