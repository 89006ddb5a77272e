import { afterEach } from '@jest/globals';
import { cleanUp } from '../clean-up.js';

afterEach(cleanUp);
