'use strict';

/**
 * The hazards of capturing, on every version of Node that we promise. HEAP_ANALYZER_CAPTURES=300 makes the sequence as
 * long as one has patience for.
 */

const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');
const { majors, nodeBinary } = require('../../fixtures/nodes');
const { run } = require('../helpers/run');
const { temporaryDirectory } = require('../helpers/temporary');

const many = Number(process.env.HEAP_ANALYZER_CAPTURES || 0);

for (const major of majors()) {
  test(
    `Node ${major}: whole files only, nothing left behind, nothing growing`,
    { timeout: 600_000 },
    async (t) => {
      const command = await nodeBinary(major);
      const counts = [many ? 100 : 1, many || 1].map(String);
      const args = [path.join(__dirname, 'battery.js'), temporaryDirectory(t), ...counts];
      const { stdout, stderr, code } = await run(args, { command });
      assert.equal(code, 0, stderr);
      const { version, finals, ...said } = JSON.parse(stdout.trim().split('\n').at(-1));
      assert.match(version, new RegExp(`^v${major}\\.`));
      assert.equal(finals, 1 + 8 + 2 + 1 + Number(counts[0]) + 1 + 1 + 2);
      assert.match(said.warning, /^onSnapshot failed for .*receiver: not shipped$/);
      delete said.warning;
      assert.deepEqual(said, {
        sharedFiles: 1,
        sharedMarks: 99,
        streamed: true,
        name: 'mailer',
        thread: ['thread', true, 'mailer'],
        mainFromWorker: 0,
        growth: [0, 0],
        leftovers: [],
        broken: [],
        // The second one writes to the descriptor of the first, which is closed: the file stays empty.
        naive: [true, false],
      });
    },
  );
}
