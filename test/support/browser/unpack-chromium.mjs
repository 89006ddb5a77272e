#!/usr/bin/env node
/**
 * Unpacks the Chromium of the npm package into TMPDIR and prints the path of the program. It runs in a process of its
 * own, because the package chooses its folder and its libraries by variables of the process that imports it.
 */
import chromium from '@sparticuz/chromium';

process.stdout.write(await chromium.executablePath());
