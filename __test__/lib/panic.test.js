// A bug in the engine must be an error of one call, never the end of the app that made it.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');

const NATIVE = path.join(__dirname, '..', '..', 'lib', 'native.js');

test('a panic on a helper thread becomes an error with a code, and the process works on', () => {
  const program = `
    const { loadNative } = require(${JSON.stringify(NATIVE)});
    const engine = loadNative();
    (async () => {
      for (let i = 0; i < 3; i++) {
        const error = await engine.panicForTests(new engine.CancelFlag()).catch((error) => error);
        console.log(error.code, error.message);
      }
      const answer = JSON.parse(await engine.check(process.argv[1], new engine.CancelFlag()).catch((e) => JSON.stringify(e.code)));
      console.log(answer);
    })();
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program, '/there/is/nothing'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 4);
  for (const line of lines.slice(0, 3)) {
    assert.match(
      line,
      /^ERR_HEAP_INTERNAL a bug in heap-analyzer.*a panic asked for by a test at src.*mod\.rs:\d+$/,
    );
  }
  assert.equal(lines[3], 'ERR_HEAP_NOT_FOUND');
});
