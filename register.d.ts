/**
 * `node --import heap-analyzer/register app.js`, or `--require`: snapshots without a change to the app, configured by
 * environment variables. It exports nothing. See docs/capture.md.
 */
// oxlint-disable-next-line unicorn/require-module-specifiers -- it makes a module of a file without exports
export {};
