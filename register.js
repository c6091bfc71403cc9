// @ts-check
'use strict';

/**
 * `node --import heap-analyzer/register app.js`, or `--require`: snapshots without a change to the app, configured by
 * environment variables. See docs/capture.md.
 */

require('./lib/capture/register').register(process.env);
