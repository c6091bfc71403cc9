// @ts-check
'use strict';

/**
 * Snapshots of one process in which nothing has the id that it had before.
 *
 * With the end of any session of an inspector (a debugger is closed, a tool has taken its snapshot) V8 forgets all ids. To
 * the engine, which sees the files only, that looks like two processes. Sidecars know better, and the reader should not
 * look for a second process that there never was.
 */

const { readMeta } = require('./capture/meta');

const STRANGER = /^snapshot (\d+) is not of the same process as the last one: .*$/;

/**
 * @param {any} answer of the engine; changed in place
 * @param {Array<import('./native').Input>} inputs
 */
async function explainForgottenIds(answer, inputs) {
  if (answer.comparedBy !== 'name' || !answer.warnings) return;
  const keys = await Promise.all(
    inputs.map(async (input) =>
      typeof input === 'string' ? (await readMeta(input))?.processKey : undefined,
    ),
  );
  if (keys[0] === undefined || keys.some((key) => key !== keys[0])) return;
  answer.warnings = answer.warnings.map((/** @type {string} */ text) =>
    text.replace(
      STRANGER,
      'between snapshot $1 and the last one V8 has forgotten the ids of all objects, as it does when a session of an ' +
        'inspector ends: objects cannot be followed from one to the other, so collections are compared by name. ' +
        'Take snapshots by a signal or an endpoint, or all of them in one session, as `record` does',
    ),
  );
  for (const finding of answer.findings) {
    finding.evidence = finding.evidence.map((/** @type {string} */ line) =>
      line.replace('compared by name, between processes;', 'compared by name, since ids were forgotten;'),
    );
  }
}

module.exports = { explainForgottenIds };
