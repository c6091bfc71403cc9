'use strict';

/**
 * What only browsers have, in a real one: DOM nodes that were taken out of the document and are kept; and the tables in
 * which V8 says which function reads which variable.
 */

const assert = require('node:assert/strict');
const test = require('node:test');
const { findLeaks, openSnapshot } = require('../..');
const { findChromium, snapshotsOfPage, NOT_INSTALLED, ROUNDS, ROWS } = require('../../corpus/browser');
const { temporaryDirectory } = require('../helpers/temporary');

const needsChromium = { skip: findChromium() ? false : NOT_INSTALLED, timeout: 180_000 };

test(
  'detached DOM: the page that keeps removed rows is told, by holder and line',
  needsChromium,
  async (t) => {
    const snapshots = await snapshotsOfPage('detached-dom/message-board-leak.html', temporaryDirectory(t));
    const { verdict, findings } = await findLeaks({ snapshots });
    assert.equal(verdict, 'leak');
    const [first] = findings;
    assert.equal(first.pattern, 'detached-dom', first.sentence);
    assert.equal(first.holder.variable, 'removedRows');
    assert.match(first.holder.place?.file ?? first.sentence, /message-board-leak\.js/);
    // The rows of the last refresh are in the document.
    assert.deepEqual(
      first.entries.perSnapshot,
      [1, 2, 3].map((times) => (times * ROUNDS - 1) * ROWS),
    );
  },
);

test('its fixed twin is not accused', needsChromium, async (t) => {
  const snapshots = await snapshotsOfPage('detached-dom/message-board-fixed.html', temporaryDirectory(t));
  const { findings } = await findLeaks({ snapshots });
  assert.deepEqual(
    findings.filter(({ grade }) => grade === 'leak' || grade === 'likely').map(({ sentence }) => sentence),
    [],
  );
});

test('V8 tells by its tables which variables no living closure reads', needsChromium, async (t) => {
  const [file] = await snapshotsOfPage('closures/captures.html', temporaryDirectory(t), ['page']);
  // As it is, with an index written, and from the index.
  for (const cache of [undefined, true, true]) {
    const snapshot = await openSnapshot(file, { cache });
    const { captures } = await snapshot.captures();
    assert.deepEqual(
      captures.map(({ grade, readersFrom, variable }) => [grade, readersFrom, variable]),
      [
        ['certain', 'scope-tables', 'unread'],
        ['certain', 'scope-tables', 'unreadInBlock'],
      ],
    );
    snapshot.close();
  }
});
